import { crc32, deflateRawSync } from 'node:zlib';

export interface ArchivedFile {
  /** ASCII. */
  name: string;
  content: Buffer;
}

const version = 20;
const deflated = 8;
/** The first day that the format knows, 1980-01-01: the same files give the same bytes. */
const firstDay = 0x21;

/** A ZIP of a few small files (APPNOTE 6.3: local headers, central directory, its end). */
export function zipArchive(files: readonly ArchivedFile[]): Buffer {
  const entries: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of files) {
    const data = deflateRawSync(content);
    const facts = factsOf(content, data, name);
    const entry = Buffer.concat([u32(0x04034b50), facts, Buffer.from(name, 'ascii'), data]);
    directory.push(directoryEntry(facts, name, offset));
    entries.push(entry);
    offset += entry.length;
  }
  const central = Buffer.concat(directory);
  const count = u16(files.length);
  const end = [u32(0x06054b50), u16(0), u16(0), count, count, u32(central.length), u32(offset)];
  return Buffer.concat([...entries, central, ...end, u16(0)]);
}

/** What a local header and the directory's entry say alike. */
function factsOf(content: Buffer, data: Buffer, name: string): Buffer {
  const flags = u16(0);
  const moment = [u16(0), u16(firstDay)];
  const sizes = [u32(crc32(content)), u32(data.length), u32(content.length)];
  return Buffer.concat([
    u16(version),
    flags,
    u16(deflated),
    ...moment,
    ...sizes,
    u16(name.length),
    u16(0),
  ]);
}

function directoryEntry(facts: Buffer, name: string, offset: number): Buffer {
  const [comment, disk, textual, attributes] = [u16(0), u16(0), u16(0), u32(0)];
  return Buffer.concat([
    u32(0x02014b50),
    u16(version),
    facts,
    comment,
    disk,
    textual,
    attributes,
    u32(offset),
    Buffer.from(name, 'ascii'),
  ]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
