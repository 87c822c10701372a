import { UnreadableFile } from './unreadable-file.ts';

/** What was sent, told by its content and not by its name. */
export type FileKind =
  | { readonly kind: 'xlsx' }
  | { readonly kind: 'csv'; readonly encoding: 'utf-8' | 'windows-1252' | 'utf-16le' };

/** A Compound File of Microsoft's: Excel before 2007, or an .xlsx under a password. */
const COMPOUND_FILE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const ZIP = Buffer.from('504b0304', 'hex');
const UTF_16_LE = Buffer.from('fffe', 'hex');
/** The stream that an encrypted document has in its Compound File ([MS-OFFCRYPTO] 2.3). */
const ENCRYPTED_PACKAGE = Buffer.from('EncryptedPackage', 'utf16le');

export interface FileKindReader {
  /** Throws UnreadableFile as soon as it is plain that the file is none of ours. */
  push(chunk: Buffer): void;
  end(): FileKind;
}

/** Looks at a file while it passes, so that one that cannot be imported is refused at once. */
export function fileKindReader(): FileKindReader {
  let start = Buffer.alloc(0);
  let bytes = 0;
  // UTF-8 breaks off at the first letter that is none of it: what is left is Windows' own.
  let utf8 = new TextDecoder('utf-8', { fatal: true }) as
    | InstanceType<typeof TextDecoder>
    | undefined;
  let compoundTail = Buffer.alloc(0);
  let encrypted = false;
  const is = (magic: Buffer) => start.subarray(0, magic.length).equals(magic);
  return {
    push(chunk) {
      bytes += chunk.length;
      if (start.length < COMPOUND_FILE.length) {
        start = Buffer.concat([start, chunk.subarray(0, COMPOUND_FILE.length)]);
      }
      if (is(ZIP)) return;
      if (is(COMPOUND_FILE)) {
        const seen = Buffer.concat([compoundTail, chunk]);
        encrypted ||= seen.includes(ENCRYPTED_PACKAGE);
        compoundTail = seen.subarray(-ENCRYPTED_PACKAGE.length);
        return;
      }
      if (is(UTF_16_LE)) return;
      if (chunk.includes(0)) throw notText();
      try {
        utf8?.decode(chunk, { stream: true });
      } catch {
        utf8 = undefined;
      }
    },
    end() {
      if (bytes === 0) throw new UnreadableFile('file_empty', 'El archivo está vacío.');
      if (is(ZIP)) return { kind: 'xlsx' };
      if (is(COMPOUND_FILE)) throw encrypted ? underPassword() : oldExcel();
      if (is(UTF_16_LE)) return { kind: 'csv', encoding: 'utf-16le' };
      try {
        utf8?.decode();
      } catch {
        utf8 = undefined;
      }
      return { kind: 'csv', encoding: utf8 ? 'utf-8' : 'windows-1252' };
    },
  };
}

export function underPassword(): UnreadableFile {
  const detail =
    'El archivo está protegido con contraseña. Ábrelo en Excel, quita la contraseña, guárdalo y ' +
    'vuelve a subirlo.';
  return new UnreadableFile('file_is_encrypted', detail);
}

function oldExcel(): UnreadableFile {
  const detail =
    'El archivo es de un Excel anterior (.xls). Ábrelo y guárdalo como «Libro de Excel (.xlsx)» o ' +
    'como CSV, y vuelve a subirlo.';
  return new UnreadableFile('file_is_old_excel', detail);
}

function notText(): UnreadableFile {
  const detail = 'El archivo no es de Excel (.xlsx) ni un CSV. Sube uno de estos dos.';
  return new UnreadableFile('file_kind_unknown', detail);
}
