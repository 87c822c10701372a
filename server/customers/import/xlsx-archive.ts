import { Readable, Transform } from 'node:stream';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import { underPassword } from './file-kind.ts';
import {
  unpackedBytesMax,
  unpackedRatioFromBytes,
  unpackedRatioMax,
  xmlPartBytesMax,
  zipEntriesMax,
} from './import-limits.ts';
import type { StoredFile } from './stored-file.ts';
import { damaged, UnreadableFile } from './unreadable-file.ts';

/** The parts of an .xlsx, each unpacked while it is read and never further than the limits say. */
export interface XlsxArchive {
  has(name: string): boolean;
  open(name: string): Promise<Readable>;
  /** A small part, whole. */
  text(name: string): Promise<string>;
}

export async function openXlsx(file: StoredFile): Promise<XlsxArchive> {
  const zip = await fromRandomAccessReaderPromise(new StoredFileReader(file), file.bytes, {
    lazyEntries: true,
    autoClose: false,
  }).catch((error) => {
    throw broken(error);
  });
  if (zip.entryCount > zipEntriesMax) throw tooLarge();
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
  } catch (error) {
    throw broken(error);
  }
  checkDeclared([...entries.values()]);
  let unpackedBytes = 0;

  const open = async (name: string): Promise<Readable> => {
    const entry = entries.get(name);
    if (!entry) throw damaged();
    const packed = await zip.openReadStreamPromise(entry).catch((error) => {
      throw broken(error);
    });
    let ownBytes = 0;
    const guard = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        ownBytes += chunk.length;
        unpackedBytes += chunk.length;
        const fits = unpackedBytes <= unpackedBytesMax && isRatioFit(ownBytes, entry);
        done(fits ? null : tooLarge(), chunk);
      },
    });
    packed.on('error', (error) => guard.destroy(broken(error)));
    // Whoever reads no further must not leave the unpacking behind.
    guard.on('close', () => packed.destroy());
    return packed.pipe(guard);
  };
  return {
    has: (name) => entries.has(name),
    open,
    async text(name) {
      const parts: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of await open(name)) {
        bytes += chunk.length;
        if (bytes > xmlPartBytesMax) throw tooLarge();
        parts.push(chunk);
      }
      return Buffer.concat(parts).toString('utf8');
    },
  };
}

/** What the directory of the zip says, before anything of it is unpacked. */
function checkDeclared(entries: readonly Entry[]): void {
  if (entries.some((entry) => entry.isEncrypted())) throw underPassword();
  const declared = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  if (declared > unpackedBytesMax) throw tooLarge();
  if (entries.some((entry) => !isRatioFit(entry.uncompressedSize, entry))) throw tooLarge();
}

function isRatioFit(bytes: number, entry: Entry): boolean {
  return bytes <= unpackedRatioFromBytes || bytes <= entry.compressedSize * unpackedRatioMax;
}

function tooLarge(): UnreadableFile {
  const detail =
    'El archivo ocupa demasiado al descomprimirse. Copia solo la tabla de clientes a un libro ' +
    'nuevo, o guárdala como CSV, y vuelve a subirlo.';
  return new UnreadableFile('file_unpacks_too_large', detail);
}

/** What PostgreSQL says passes; anything that the zip says is damage. */
function broken(error: unknown): Error {
  if (error instanceof UnreadableFile) return error;
  return error instanceof StoredFileError ? (error.cause as Error) : damaged(error);
}

class StoredFileError extends Error {}

class StoredFileReader extends RandomAccessReader {
  readonly #file: StoredFile;

  constructor(file: StoredFile) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const read = async function* (file: StoredFile) {
      try {
        yield* file.read(start, end);
      } catch (cause) {
        throw new StoredFileError('the file cannot be read', { cause });
      }
    };
    return Readable.from(read(this.#file), { objectMode: false });
  }
}
