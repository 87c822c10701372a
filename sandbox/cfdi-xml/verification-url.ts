const address = 'https://verificacfdi.facturaelectronica.sat.gob.mx/default.aspx';

/**
 * SAT's page that tells whether a CFDI is real, as its QR code carries it (Anexo 20, section on
 * the printed representation): UUID, both RFCs, the total and the last eight signs of the seal.
 */
export function verificationUrl(of: {
  uuid: string;
  issuerTaxId: string;
  receiverTaxId: string;
  total: string;
  seal: string;
}): string {
  const [whole, decimals = ''] = of.total.split('.');
  const fields = [
    `id=${of.uuid}`,
    `re=${encodeURIComponent(of.issuerTaxId)}`,
    `rr=${encodeURIComponent(of.receiverTaxId)}`,
    `tt=${whole}.${decimals.padEnd(6, '0')}`,
    // A plus sign would be read as a space; '=' and '/' are left as SAT shows them.
    `fe=${of.seal.slice(-8).replaceAll('+', '%2B')}`,
  ];
  return `${address}?${fields.join('&')}`;
}
