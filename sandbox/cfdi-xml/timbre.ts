import type { CfdiStamp } from './cfdi.ts';
import { type Element, element } from './element.ts';

/**
 * The cadena original of the stamp (TimbreFiscalDigital 1.1), which the PAC signs and which the
 * PDF prints.
 */
export function stampCadena(stamp: Omit<CfdiStamp, 'sat_seal'>, seal: string): string {
  const { uuid, date, pac_tax_id, sat_certificate_number } = stamp;
  return `||1.1|${uuid}|${date}|${pac_tax_id}|${seal}|${sat_certificate_number}||`;
}

export function timbre(stamp: CfdiStamp, seal: string): Element {
  return element('tfd:TimbreFiscalDigital', {
    'xmlns:tfd': 'http://www.sat.gob.mx/TimbreFiscalDigital',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:schemaLocation':
      'http://www.sat.gob.mx/TimbreFiscalDigital ' +
      'http://www.sat.gob.mx/sitio_internet/cfd/TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd',
    Version: '1.1',
    UUID: stamp.uuid,
    FechaTimbrado: stamp.date,
    RfcProvCertif: stamp.pac_tax_id,
    SelloCFD: seal,
    NoCertificadoSAT: stamp.sat_certificate_number,
    SelloSAT: stamp.sat_seal,
  });
}
