import { timeZoneOfZip } from '../../server/cfdi/time-zone.ts';
import { type Answer, ok } from '../answer.ts';
import type { Sealer } from '../certificates/keyring.ts';
import type { Account } from './organization.ts';

/** `GET /organizations/me`: who a key issues for. */
export function showOrganization({ organization }: Account, certificate: Sealer): Answer {
  const { id, createdAt, legalName, taxId, taxSystem, zip } = organization;
  return ok(
    JSON.stringify({
      id,
      created_at: createdAt,
      timezone: timeZoneOfZip(zip),
      is_production_ready: true,
      pending_steps: [],
      legal: {
        name: legalName,
        legal_name: legalName,
        tax_id: taxId,
        tax_system: taxSystem,
        address: { zip },
      },
      certificate: {
        has_certificate: true,
        updated_at: createdAt,
        serial_number: certificate.number,
      },
    }),
  );
}
