/**
 * `npm run bench`: every measurement in turn, each in a process of its own; names narrow them.
 *
 *   npm run bench -- idle-pickup stamping-slots
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const all = [
  'sandbox-reads',
  'stamping-slots',
  'idle-pickup',
  'claim-a-million',
  'customer-import',
];

const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith('--'));
const flags = args.filter((arg) => arg.startsWith('--'));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}: ${all.join(', ')}`);

// Ctrl-C reaches the measurement too, which clears up; this process waits for it.
let stopped = false;
process.on('SIGINT', () => {
  stopped = true;
});
const failed: string[] = [];
for (const name of all.filter((one) => wanted.length === 0 || wanted.includes(one))) {
  if (stopped) break;
  console.log(`\n${name}`);
  const program = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [program, ...flags], { stdio: 'inherit' });
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  if (code !== 0) failed.push(name);
}
if (failed.length > 0) console.error(`\nnot measured: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 || stopped ? 1 : 0;
