import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Secrets at rest: AES-256-GCM (NIST SP 800-38D). A sealed secret is
 * version (1 byte) | key id (4) | nonce (12) | tag (16) | ciphertext, and is bound to its place
 * (tenant and field) as associated data: moved to another row, it does not open.
 */
export interface SecretBox {
  seal(secret: string, place: string): Buffer;
  /** Throws when the key, the place or the bytes are not the sealed ones. */
  open(sealed: Buffer, place: string): string;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 5;

export function secretBox(key: Buffer): SecretBox {
  const keyId = createHash('sha256').update('timbra key id').update(key).digest().subarray(0, 4);
  return {
    seal(secret, place) {
      const header = Buffer.concat([Buffer.from([VERSION]), keyId]);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.concat([header, Buffer.from(place)]));
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([header, nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, place) {
      const header = sealed.subarray(0, HEADER_BYTES);
      if (header[0] !== VERSION) throw new Error('a sealed secret of an unknown version');
      if (!header.subarray(1).equals(keyId)) {
        throw new Error('a secret sealed with another TIMBRA_SECRET_KEY');
      }
      const nonce = sealed.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
      const bodyAt = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.concat([header, Buffer.from(place)]));
      decipher.setAuthTag(sealed.subarray(HEADER_BYTES + NONCE_BYTES, bodyAt));
      return decipher.update(sealed.subarray(bodyAt), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}
