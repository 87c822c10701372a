import type { SecretBox } from '../platform/secret-box.ts';

/** A sealed key opens for its own tenant only. */
function place(tenantId: string): string {
  return `tenant:${tenantId}:facturapi_key`;
}

export function sealFacturapiKey(secrets: SecretBox, tenantId: string, key: string): Buffer {
  return secrets.seal(key, place(tenantId));
}

/** Throws when it was sealed for another tenant or with another TIMBRA_SECRET_KEY. */
export function openFacturapiKey(secrets: SecretBox, tenantId: string, sealed: Buffer): string {
  return secrets.open(sealed, place(tenantId));
}
