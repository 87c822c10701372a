import { cellTooLong } from './file-row.ts';
import { xmlTextBytesMax } from './import-limits.ts';

export type XmlSource = AsyncIterable<Buffer>;

/**
 * Text for a parser, piece by piece. What stands between two tags is held whole by a parser, so
 * there may not be much of it.
 */
export async function* xmlChunks(source: XmlSource): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let sinceTagBytes = 0;
  for await (const chunk of source) {
    const tag = chunk.indexOf('<');
    if (sinceTagBytes + (tag < 0 ? chunk.length : tag) > xmlTextBytesMax) throw cellTooLong();
    sinceTagBytes = tag < 0 ? sinceTagBytes + chunk.length : chunk.length - chunk.lastIndexOf('<');
    yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

/** Some programs write x:row for row. */
export function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

/** Characters that XML cannot hold are written _x000D_ (ECMA-376, ST_Xstring). */
export function cellText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([\dA-Fa-f]{4})_/g, (_, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
