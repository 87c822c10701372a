import { createHash } from 'node:crypto';
import { inspectRfc } from '../../server/cfdi/rfc.ts';

/** The issuer behind a key. FacturAPI calls it an organization; one has a test and a live side. */
export interface Organization {
  id: string;
  suffix: string;
  createdAt: string;
  legalName: string;
  taxId: string;
  /** c_RegimenFiscal. */
  taxSystem: string;
  zip: string;
}

/** One side (test or live) of one organization: what a key opens, and what owns documents. */
export interface Account {
  organization: Organization;
  livemode: boolean;
  /** Key of everything stored for this side; documents of one scope are invisible from another. */
  scope: string;
}

export interface Identity {
  legalName: string;
  taxId: string;
  taxSystem: string;
  zip: string;
}

/** SAT's own test taxpayer, whose data every Mexican developer knows. */
const demo: Identity = {
  legalName: 'ESCUELA KEMPER URGATE',
  taxId: 'EKU9003173C9',
  taxSystem: '601',
  zip: '42501',
};

/** Places in different time zones, because an issuer's local time is easily got wrong. */
const zips = ['06000', '22000', '42501', '44100', '64000', '77500', '83000', '97000'] as const;

/** The same suffix always gives the same taxpayer, so that tests and people can rely on it. */
export function identityOf(suffix: string): Identity {
  if (suffix === 'demo') return demo;
  const digest = createHash('sha256').update(suffix).digest();
  const letters = Array.from(digest.subarray(0, 3), (byte) => consonants[byte % 20]).join('');
  const year = String(10 + (digest[3]! % 14)).padStart(2, '0');
  const month = String(1 + (digest[4]! % 12)).padStart(2, '0');
  const day = String(1 + (digest[5]! % 28)).padStart(2, '0');
  const homoclave = homoclaves[digest[6]! % 32]! + homoclaves[digest[7]! % 32]!;
  const unchecked = letters + year + month + day + homoclave;
  return {
    legalName: `EMPRESA DE PRUEBA ${suffix.toUpperCase().replaceAll('_', ' ')}`
      .slice(0, 254)
      .trim(),
    taxId: unchecked + checkDigit(unchecked),
    taxSystem: '601',
    zip: zips[digest[8]! % zips.length]!,
  };
}

const consonants = 'BCDFGHJKLMNPQRSTVWXZ';
const homoclaves = '123456789ABCDEFGHIJKLMNPQRSTUVWX';
/** SAT's check digit, which the rules of RFC tell for one that ends in a wrong one. */
function checkDigit(unchecked: string): string {
  const inspection = inspectRfc(`${unchecked}0`);
  return 'expectedDigit' in inspection ? inspection.expectedDigit : '0';
}
