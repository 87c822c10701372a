import { open, rename, stat } from 'node:fs/promises';

const rotateBytes = 10 * 1024 * 1024;
const tailBytesMax = 4096;

/** Keeps one former file; called only while no server writes. */
export async function rotateServerLog(file: string): Promise<void> {
  const size = await logSize(file);
  if (size > rotateBytes) await rename(file, `${file}.1`);
}

export async function logSize(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What the server said since `from`, on one line, for an error message. */
export async function readLogSince(file: string, from: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - tailBytesMax);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8').trim().replaceAll('\n', ' | ');
  } finally {
    await handle.close();
  }
}
