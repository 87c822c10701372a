import { ApiError } from '../api-error.ts';
import type { Account } from './organization.ts';
import type { OrganizationsStore } from './organizations-store.ts';

const keyFormat = /^sk_(test|live)_([A-Za-z0-9_]{1,200})$/;

/**
 * The account that an `Authorization` header opens. Any well-formed key is good: its organization
 * comes to be at first sight, so nobody has to register before trying.
 */
export function authenticate(header: string | undefined, store: OrganizationsStore): Account {
  const key = header === undefined ? undefined : secretOf(header);
  if (key === undefined || key === '') {
    throw new ApiError(401, 'missing_credentials', 'Falta la llave secreta de tu organización.');
  }
  const match = keyFormat.exec(key);
  if (!match) {
    throw new ApiError(401, 'api_key_invalid', 'La llave secreta no es válida.');
  }
  return store.account(match[2]!, match[1] === 'live');
}

/** FacturAPI takes the key as a bearer token, or as the user of Basic with no password. */
function secretOf(header: string): string | undefined {
  const [scheme, value] = header.trim().split(/\s+/, 2);
  if (value === undefined) return undefined;
  if (/^bearer$/i.test(scheme!)) return value;
  if (/^basic$/i.test(scheme!)) return Buffer.from(value, 'base64').toString().split(':', 1)[0];
  return undefined;
}
