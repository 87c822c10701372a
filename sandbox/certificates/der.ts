/** The few DER forms (X.690) that an X.509 certificate is made of. */

function encode(tag: number, content: Buffer): Buffer {
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const digits = content.length.toString(16);
  const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

export const sequence = (...parts: Buffer[]): Buffer => encode(0x30, Buffer.concat(parts));
export const set = (...parts: Buffer[]): Buffer => encode(0x31, Buffer.concat(parts));
export const utf8String = (text: string): Buffer => encode(0x0c, Buffer.from(text));
export const printableString = (text: string): Buffer => encode(0x13, Buffer.from(text));
export const octetString = (content: Buffer): Buffer => encode(0x04, content);
export const boolean = (value: boolean): Buffer => encode(0x01, Buffer.from([value ? 0xff : 0]));
export const nothing = (): Buffer => encode(0x05, Buffer.alloc(0));

/** A context-specific constructed field, such as `[0] EXPLICIT`. */
export const explicit = (number: number, content: Buffer): Buffer => encode(0xa0 | number, content);

/** A positive integer from its big-endian bytes. */
export function integer(bytes: Buffer): Buffer {
  const negative = (bytes[0] ?? 0) >= 0x80;
  return encode(0x02, negative ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** @param unused bits at the end of the last byte that are not part of the string. */
export function bitString(content: Buffer, unused = 0): Buffer {
  return encode(0x03, Buffer.concat([Buffer.from([unused]), content]));
}

export function objectIdentifier(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const bytes = [first! * 40 + second!, ...rest.flatMap(base128)];
  return encode(0x06, Buffer.from(bytes));
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

/** UTCTime up to 2049 as X.509 wants it, GeneralizedTime after. */
export function time(instant: Date): Buffer {
  const digits = instant.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  if (instant.getUTCFullYear() >= 2050) return encode(0x18, Buffer.from(`${digits}Z`));
  return encode(0x17, Buffer.from(`${digits.slice(2)}Z`));
}
