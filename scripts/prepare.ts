/**
 * Runs after `npm ci`. Builds the console when its tools are installed; without devDependencies
 * (a production image) it does nothing, and `npm run railway:build` builds the console there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vite = `${root}node_modules/vite/bin/vite.js`;

if (existsSync(vite) && existsSync(`${root}console/index.html`)) {
  const args = [vite, 'build', 'console', '--logLevel', 'warn'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  console.log('The console was not built: its build tools are not installed.');
}
