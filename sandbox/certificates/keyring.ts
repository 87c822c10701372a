import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Organization } from '../organizations/organization.ts';
import { type DistinguishedName, makeCertificate } from './certificate.ts';

/** A key with its certificate, as a seal needs them. */
export interface Sealer {
  key: KeyObject;
  /** NoCertificado: 20 digits. */
  number: string;
  certificate: Buffer;
}

/**
 * The test certificates, made at the first start and kept in the sandbox's file. One key stands
 * for SAT and its PAC (it also signs the certificates), one for all issuers: making an RSA key
 * takes long enough to be felt, and no test learns anything from one for each organization.
 * Each organization has a certificate of its own, with its name and RFC.
 */
export interface Keyring {
  /** The PAC's, for the stamp. */
  pac: Sealer;
  /** The issuer's CSD. */
  issuer(organization: Organization): Sealer;
}

/** The PAC that stamps here: an RFC of the right form that belongs to nobody. */
export const pacTaxId = 'AAA010101AAA';

const authorityName: DistinguishedName = {
  commonName: 'AC DE PRUEBA DEL SANDBOX',
  organization: 'SANDBOX SIN VALIDEZ FISCAL',
  country: 'MX',
};
const validityYears = 10;
const pacNumber = '30001000000500003456';

export function openKeyring(database: DatabaseSync, now: () => Date): Keyring {
  const authority = loadKey(database, 'authority', now);
  const issuers = loadKey(database, 'issuers', now);
  const validTo = new Date(authority.createdAt);
  validTo.setUTCFullYear(validTo.getUTCFullYear() + validityYears);
  const common = {
    issuer: authorityName,
    signingKey: authority.key,
    validFrom: authority.createdAt,
    validTo,
  };
  const pac: Sealer = {
    key: authority.key,
    number: pacNumber,
    certificate: makeCertificate({
      ...common,
      number: pacNumber,
      subject: authorityName,
      publicKey: createPublicKey(authority.key),
      authority: true,
    }),
  };
  const made = new Map<string, Sealer>();
  const issuerPublicKey = createPublicKey(issuers.key);

  return {
    pac,
    issuer(organization) {
      const known = made.get(organization.id);
      if (known) return known;
      const number = certificateNumber(organization);
      const { legalName, taxId } = organization;
      const certificate = makeCertificate({
        ...common,
        number,
        subject: { commonName: legalName, name: legalName, uniqueIdentifier: taxId },
        publicKey: issuerPublicKey,
        authority: false,
      });
      const sealer = { key: issuers.key, number, certificate };
      made.set(organization.id, sealer);
      return sealer;
    },
  };
}

/** SAT's test certificates begin with 30001; the rest follows from the RFC. */
function certificateNumber(organization: Organization): string {
  const digest = createHash('sha256').update(organization.taxId).digest();
  const tail = digest.readBigUInt64BE() % 10n ** 9n;
  return `30001000000${tail.toString().padStart(9, '0')}`;
}

function loadKey(
  database: DatabaseSync,
  name: string,
  now: () => Date,
): { key: KeyObject; createdAt: Date } {
  const select = database.prepare('SELECT pem, created_at FROM keys WHERE name = ?');
  if (!select.get(name)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    // Two sandboxes may open one new folder at once: the first key stays, both then read it.
    database
      .prepare('INSERT OR IGNORE INTO keys (name, pem, created_at) VALUES (?, ?, ?)')
      .run(name, pem, now().toISOString());
  }
  const row = select.get(name) as { pem: string; created_at: string };
  return { key: createPrivateKey(row.pem), createdAt: new Date(row.created_at) };
}
