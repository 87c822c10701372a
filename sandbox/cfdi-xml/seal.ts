import { sign } from 'node:crypto';
import { pacTaxId, type Sealer } from '../certificates/keyring.ts';
import { cadenaOriginal } from './cadena-original.ts';
import type { Cfdi, UnsealedCfdi, UnstampedCfdi } from './cfdi.ts';
import { comprobante } from './comprobante.ts';
import { toXml } from './element.ts';
import { stampCadena, timbre } from './timbre.ts';

/** What the PAC adds to a comprobante that it lets pass. */
export interface Stamping {
  uuid: string;
  /** Central Mexico's time, YYYY-MM-DDThh:mm:ss. */
  date: string;
}

/** Seals with the issuer's key: RSA with SHA-256, in base64, as the stamp. */
export function seal(cfdi: UnsealedCfdi, issuer: Sealer): UnstampedCfdi {
  const signature = sign('sha256', Buffer.from(cadenaOriginal(comprobante(cfdi))), issuer.key);
  return { ...cfdi, seal: signature.toString('base64') };
}

/** Stamps with the PAC's key. */
export function stamp(cfdi: UnstampedCfdi, pac: Sealer, stamping: Stamping): Cfdi {
  const node = {
    ...stamping,
    pac_tax_id: pacTaxId,
    sat_certificate_number: pac.number,
  };
  const satSeal = sign('sha256', Buffer.from(stampCadena(node, cfdi.seal)), pac.key);
  return { ...cfdi, stamp: { ...node, sat_seal: satSeal.toString('base64') } };
}

/** The XML as SAT's schemas want it. */
export function cfdiXml(cfdi: Cfdi, certificate: Buffer): string {
  return toXml(
    comprobante(cfdi, {
      seal: cfdi.seal,
      certificate: certificate.toString('base64'),
      stamp: timbre(cfdi.stamp, cfdi.seal),
    }),
  );
}
