/**
 * `npm run timbra -- COMMAND`: what an operator does by hand, beside a running installation or
 * without one.
 */
import { runCommand } from './command-line.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
process.exitCode = await runCommand(process.argv.slice(2), {
  terminal: process.stderr,
  signal: stopping.signal,
});
