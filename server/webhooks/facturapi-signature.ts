import { createHmac, timingSafeEqual } from 'node:crypto';

export const signatureHeader = 'facturapi-signature';

/**
 * FacturAPI's scheme: `Facturapi-Signature` is the HMAC-SHA256 of the body's very bytes in
 * hexadecimal. Compared in constant time, and computed also where no signature came.
 */
export function isSigned(raw: Buffer, signature: unknown, secret: string): boolean {
  const right = createHmac('sha256', secret).update(raw).digest();
  if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/i.test(signature)) return false;
  return timingSafeEqual(right, Buffer.from(signature, 'hex'));
}
