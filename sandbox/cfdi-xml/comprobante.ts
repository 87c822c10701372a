import type { CfdiLine, CfdiTax, CfdiTaxes, UnsealedCfdi } from './cfdi.ts';
import { type Element, element, group } from './element.ts';
import { pagos, pagosNamespace } from './pagos.ts';

/** What is known of the comprobante only once it is sealed. */
export interface Sealing {
  seal: string;
  /** In base64. */
  certificate: string;
  /** The stamp's node, once there is one. */
  stamp?: Element;
}

/**
 * The cfdi:Comprobante (Anexo 20, CFDI 4.0). Attributes and nodes are written in the order of
 * SAT's cadena original, so that the cadena is read off this very tree. Without `sealing` it is
 * the comprobante to be sealed: Sello, Certificado and the stamp are not part of the cadena.
 */
export function comprobante(cfdi: UnsealedCfdi, sealing?: Sealing): Element {
  const attributes = {
    ...(sealing && namespacesOf(cfdi)),
    Version: '4.0',
    Serie: cfdi.series,
    Folio: cfdi.folio,
    Fecha: cfdi.date,
    Sello: sealing?.seal,
    FormaPago: cfdi.payment_form,
    NoCertificado: cfdi.certificate_number,
    Certificado: sealing?.certificate,
    CondicionesDePago: cfdi.conditions,
    SubTotal: cfdi.subtotal,
    Descuento: cfdi.discount,
    Moneda: cfdi.currency,
    TipoCambio: cfdi.exchange,
    Total: cfdi.total,
    TipoDeComprobante: cfdi.type,
    Exportacion: cfdi.export,
    MetodoPago: cfdi.payment_method,
    LugarExpedicion: cfdi.zip,
  };
  return element('cfdi:Comprobante', attributes, [
    cfdi.global &&
      element('cfdi:InformacionGlobal', {
        Periodicidad: cfdi.global.periodicity,
        Meses: cfdi.global.months,
        Año: cfdi.global.year,
      }),
    ...cfdi.related.map(({ relationship, uuids }) =>
      element(
        'cfdi:CfdiRelacionados',
        { TipoRelacion: relationship },
        uuids.map((uuid) => element('cfdi:CfdiRelacionado', { UUID: uuid })),
      ),
    ),
    element('cfdi:Emisor', {
      Rfc: cfdi.issuer.tax_id,
      Nombre: cfdi.issuer.legal_name,
      RegimenFiscal: cfdi.issuer.tax_system,
    }),
    element('cfdi:Receptor', {
      Rfc: cfdi.receiver.tax_id,
      Nombre: cfdi.receiver.legal_name,
      DomicilioFiscalReceptor: cfdi.receiver.zip,
      ResidenciaFiscal: cfdi.receiver.residence,
      NumRegIdTrib: cfdi.receiver.foreign_tax_id,
      RegimenFiscalReceptor: cfdi.receiver.tax_system,
      UsoCFDI: cfdi.receiver.use,
    }),
    element('cfdi:Conceptos', {}, cfdi.lines.map(concepto)),
    documentTaxes(cfdi.taxes),
    group('cfdi:Complemento', [cfdi.payments && pagos(cfdi.payments), sealing?.stamp]),
  ]);
}

const cfdiNamespace = {
  prefix: 'cfdi',
  uri: 'http://www.sat.gob.mx/cfd/4',
  schema: 'http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd',
};

function namespacesOf(cfdi: UnsealedCfdi) {
  const used = [cfdiNamespace, ...(cfdi.payments ? [pagosNamespace] : [])];
  return {
    ...Object.fromEntries(used.map(({ prefix, uri }) => [`xmlns:${prefix}`, uri])),
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:schemaLocation': used.map(({ uri, schema }) => `${uri} ${schema}`).join(' '),
  };
}

function concepto(line: CfdiLine): Element {
  const attributes = {
    ClaveProdServ: line.product_key,
    NoIdentificacion: line.sku,
    Cantidad: line.quantity,
    ClaveUnidad: line.unit_key,
    Unidad: line.unit_name,
    Descripcion: line.description,
    ValorUnitario: line.unit_price,
    Importe: line.amount,
    Descuento: line.discount,
    ObjetoImp: line.taxability,
  };
  const taxes = [
    group(
      'cfdi:Traslados',
      line.transferred.map((tax) => taxElement('cfdi:Traslado', tax)),
    ),
    group(
      'cfdi:Retenciones',
      line.withheld.map((tax) => taxElement('cfdi:Retencion', tax)),
    ),
  ];
  return element('cfdi:Concepto', attributes, [group('cfdi:Impuestos', taxes)]);
}

function documentTaxes(taxes: CfdiTaxes): Element | undefined {
  const children = [
    group(
      'cfdi:Retenciones',
      taxes.withheld.map(({ tax, amount }) =>
        element('cfdi:Retencion', { Impuesto: tax, Importe: amount }),
      ),
    ),
    group(
      'cfdi:Traslados',
      taxes.transferred.map((tax) => taxElement('cfdi:Traslado', tax)),
    ),
  ];
  if (!group('cfdi:Impuestos', children)) return undefined;
  const totals = {
    TotalImpuestosRetenidos: taxes.total_withheld,
    TotalImpuestosTrasladados: taxes.total_transferred,
  };
  return element('cfdi:Impuestos', totals, children);
}

function taxElement(name: string, tax: CfdiTax): Element {
  return element(name, {
    Base: tax.base,
    Impuesto: tax.tax,
    TipoFactor: tax.factor,
    TasaOCuota: tax.rate,
    Importe: tax.amount,
  });
}
