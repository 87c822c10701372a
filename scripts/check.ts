/** The one list of checks that people and CI run: `npm run check`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name: string) => `${root}node_modules/.bin/${name}`;

const checks: ReadonlyArray<readonly [name: string, command: string, ...args: string[]]> = [
  ['types of the server', bin('tsc'), '--noEmit', '-p', root],
  ['types of the console', bin('tsc'), '--noEmit', '-p', `${root}console`],
  ['lint and format', bin('biome'), 'check', '--error-on-warnings', root],
  ['import rules and tidiness', process.execPath, '--test', `${root}test/tidy.test.ts`],
  [
    'openapi.json is what the server says',
    process.execPath,
    `${root}scripts/openapi.ts`,
    '--check',
  ],
];

let failed = 0;
for (const [name, command, ...args] of checks) {
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  const took = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  if (status === 0) {
    console.log(`ok    ${name} (${took})`);
  } else {
    failed += 1;
    console.log(`FAIL  ${name} (${took})\n${stdout}${stderr}`);
  }
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
