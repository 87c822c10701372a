import { createHmac, timingSafeEqual } from 'node:crypto';

export const signatureHeader = 'facturapi-signature';

/** FacturAPI's scheme: the HMAC-SHA256 of the raw body in hexadecimal, without a timestamp. */
export function sign(secret: string, rawBody: string): string {
  return createHmac('sha256', secret).update(rawBody).digest('hex');
}

export function isSignature(secret: string, rawBody: string, signature: string): boolean {
  const given = Buffer.from(signature, 'hex');
  const right = Buffer.from(sign(secret, rawBody), 'hex');
  return given.length === right.length && timingSafeEqual(given, right);
}
