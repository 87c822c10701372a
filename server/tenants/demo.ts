import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { NewId } from '../platform/clock.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import { openFacturapiKey, sealFacturapiKey } from './facturapi-key.ts';
import { hashPassword } from './passwords.ts';
import { ensurePerson } from './people-store.ts';
import type { TenantId } from './tenants.ts';
import { ensureTenant, replaceFacturapiKey } from './tenants-store.ts';

export const demoPassword = 'timbra-demo';
export const demoFacturapiKey = 'sk_test_demo';

const people = [
  { email: 'admin@demo.mx', name: 'Administración Demo', role: 'administrator', operator: true },
  { email: 'facturista@demo.mx', name: 'Facturista Demo', role: 'issuer', operator: false },
] as const;

/**
 * The demo company and its people, made once. The receivers and the issuer are those that SAT
 * publishes for testing. Bound beyond loopback, the known password would be an open door: then
 * people get a random one, which nobody knows until it is reset.
 */
export async function ensureDemo(
  admin: Queryable,
  o: { secrets: SecretBox; newId: NewId; host: string },
): Promise<TenantId> {
  const id = o.newId();
  const tenantId = await ensureTenant(admin, {
    id,
    name: 'Demo',
    legal_name: 'ESCUELA KEMPER URGATE',
    tax_id: 'EKU9003173C9',
    tax_system: '601',
    zip: '42501',
    livemode: false,
    facturapiKeySealed: sealFacturapiKey(o.secrets, id, demoFacturapiKey),
  });
  if (tenantId === id) {
    const password = isLoopback(o.host) ? demoPassword : randomBytes(24).toString('base64url');
    const passwordHash = await hashPassword(password);
    for (const { email, name, role, operator } of people) {
      await ensurePerson(admin, tenantId, role, {
        id: o.newId(),
        email,
        name,
        passwordHash,
        isOperator: operator,
      });
    }
  } else {
    await reopenKey(admin, tenantId, o.secrets);
  }
  return tenantId;
}

/** The demo's key is public: when the data directory's secret was made anew, seal it again. */
async function reopenKey(admin: Queryable, tenantId: TenantId, secrets: SecretBox): Promise<void> {
  const { rows } = await admin.query<{ sealed: Buffer }>(
    'select facturapi_key_sealed as sealed from tenants where id = $1',
    [tenantId],
  );
  try {
    openFacturapiKey(secrets, tenantId, rows[0]!.sealed);
  } catch {
    const sealed = sealFacturapiKey(secrets, tenantId, demoFacturapiKey);
    await replaceFacturapiKey(admin, tenantId, sealed);
  }
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
