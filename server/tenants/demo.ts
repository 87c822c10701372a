import { randomBytes } from 'node:crypto';
import type { NewId } from '../platform/clock.ts';
import { isLoopback } from '../platform/loopback.ts';
import type { Queryable } from '../platform/postgres/database.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import { openFacturapiKey, sealFacturapiKey } from './facturapi-key.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { ensurePerson, findCredential, replacePassword } from './people-store.ts';
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
  if (tenantId !== id) await reopenKey(admin, tenantId, o.secrets);
  await letPeopleIn(admin, tenantId, o);
  return tenantId;
}

/** Looked at on each start: an installation made on loopback may be opened to the network later. */
async function letPeopleIn(
  admin: Queryable,
  tenantId: TenantId,
  o: { newId: NewId; host: string },
): Promise<void> {
  const wanted = isLoopback(o.host);
  for (const { email, name, role, operator } of people) {
    const stored = await findCredential(admin, email);
    if (stored && (await checkPassword(stored.passwordHash, demoPassword)) === wanted) continue;
    const password = wanted ? demoPassword : randomBytes(24).toString('base64url');
    const passwordHash = await hashPassword(password);
    if (stored) {
      await replacePassword(admin, stored.personId, passwordHash);
      continue;
    }
    const person = { id: o.newId(), email, name, passwordHash, isOperator: operator };
    await ensurePerson(admin, tenantId, role, person);
  }
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
