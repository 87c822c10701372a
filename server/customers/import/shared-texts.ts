import { SaxesParser } from 'saxes';
import { sharedTextBytesMax, sharedTextsMax } from './import-limits.ts';
import { UnreadableFile } from './unreadable-file.ts';
import { cellText, localName, type XmlSource, xmlChunks } from './xml-chunks.ts';

/** The texts of a workbook, which its cells name by number. */
export interface SharedTexts {
  get(index: number): string;
}

const firstBytes = 64 * 1024;

/**
 * In one buffer and a list of where each ends: as JavaScript's strings the same million of texts
 * takes five times as much.
 */
export async function readSharedTexts(source: XmlSource): Promise<SharedTexts> {
  let bytes = Buffer.alloc(firstBytes);
  let ends = new Uint32Array(1024);
  let count = 0;
  const add = (text: string) => {
    const start = count === 0 ? 0 : ends[count - 1]!;
    const end = start + Buffer.byteLength(text);
    if (end > sharedTextBytesMax || count >= sharedTextsMax) throw tooMuchText();
    if (end > bytes.length) {
      const larger = Buffer.alloc(Math.max(end, bytes.length * 2));
      bytes.copy(larger, 0, 0, start);
      bytes = larger;
    }
    bytes.write(text, start);
    if (count === ends.length) {
      const larger = new Uint32Array(ends.length * 2);
      larger.set(ends);
      ends = larger;
    }
    ends[count] = end;
    count += 1;
  };

  const parser = new SaxesParser();
  let text = '';
  let taking = false;
  // How a word is read aloud in Japanese stands beside it, and is no part of it.
  let phonetic = false;
  parser.on('opentag', ({ name }) => {
    const tag = localName(name);
    if (tag === 'si') text = '';
    else if (tag === 'rPh') phonetic = true;
    else if (tag === 't') taking = !phonetic;
  });
  parser.on('text', (part) => {
    if (taking) text += part;
  });
  parser.on('closetag', ({ name }) => {
    const tag = localName(name);
    if (tag === 't') taking = false;
    else if (tag === 'rPh') phonetic = false;
    else if (tag === 'si') add(cellText(text));
  });
  for await (const chunk of xmlChunks(source)) parser.write(chunk);
  parser.close();
  return {
    get: (index) =>
      index >= 0 && index < count
        ? bytes.toString('utf8', index === 0 ? 0 : ends[index - 1], ends[index])
        : '',
  };
}

function tooMuchText(): UnreadableFile {
  const detail =
    'El libro de Excel tiene demasiado texto. Copia solo la tabla de clientes a un libro nuevo, o ' +
    'guárdala como CSV, y vuelve a subirlo.';
  return new UnreadableFile('file_unpacks_too_large', detail);
}
