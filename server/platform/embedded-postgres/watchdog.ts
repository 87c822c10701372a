/**
 * A program: `watchdog.ts <cluster name>`. Its standard input is a pipe whose other end only the
 * supervisor holds, and nothing is ever written to it. When the supervisor ends, however it ends,
 * the kernel closes the pipe; then the server is stopped and so is this. It has its own session
 * and no terminal. All within 10 s: 2 s in which a server may still appear that was forked just
 * before its supervisor was killed, 5 s for a fast shutdown, 2 s for an immediate one.
 */
import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { stopServerProcesses } from './server-processes.ts';

const deadlines = { appearMsMax: 2_000, fastMsMax: 5_000, immediateMsMax: 2_000 };
const clusterName = process.argv[2];
if (clusterName === undefined) {
  process.exit(2);
}

// Not "node", so that whoever kills all processes of that name leaves this one to do its work.
process.title = 'timbra: postgres watchdog';

closeInherited();

let stopping = false;
async function stopServer(name: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  const stopped = await stopServerProcesses(name, deadlines);
  process.exit(stopped ? 0 : 1);
}

for (const event of ['end', 'close', 'error']) {
  process.stdin.on(event, () => void stopServer(clusterName));
}
process.stdin.resume();

/**
 * Descriptors that the supervisor itself was given by its shell or CI, and that would keep their
 * other ends waiting: they lack the close-on-exec flag that all of Node's own have.
 */
function closeInherited(): void {
  if (process.platform !== 'linux') return;
  const closeOnExec = 0o2000000;
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name);
    if (descriptor <= 2) continue;
    try {
      const info = readFileSync(`/proc/self/fdinfo/${name}`, 'utf8');
      const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '', 8);
      if ((flags & closeOnExec) === 0) closeSync(descriptor);
    } catch {
      // The listing's own descriptor is closed by now.
    }
  }
}
