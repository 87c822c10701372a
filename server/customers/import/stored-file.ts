import { chunkBytes } from './import-limits.ts';

/** A file that is read in parts, any of them, any number of times. */
export interface StoredFile {
  readonly bytes: number;
  /** From `start` to before `end`, in pieces. */
  read(start: number, end: number): AsyncGenerator<Buffer>;
}

/** Over pieces of `chunkBytes`, of which the last two are kept: a zip is read to and fro. */
export function storedFile(
  bytes: number,
  readChunk: (number: number) => Promise<Buffer>,
): StoredFile {
  const kept = new Map<number, Promise<Buffer>>();
  const chunk = (number: number) => {
    const known = kept.get(number);
    if (known) return known;
    const read = readChunk(number);
    kept.set(number, read);
    for (const oldest of kept.keys()) {
      if (kept.size <= 2) break;
      kept.delete(oldest);
    }
    return read;
  };
  return {
    bytes,
    async *read(start, end) {
      for (let at = start; at < end; ) {
        const number = Math.floor(at / chunkBytes);
        const offset = at - number * chunkBytes;
        const part = (await chunk(number)).subarray(offset, offset + end - at);
        if (part.length === 0) throw new Error(`chunk ${number} of a file of imports is short`);
        yield part;
        at += part.length;
      }
    },
  };
}
