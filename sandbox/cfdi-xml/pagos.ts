import type { CfdiTax } from './cfdi.ts';
import type {
  CfdiPaidDocument,
  CfdiPayment,
  CfdiPayments,
  CfdiPaymentTotals,
} from './cfdi-payments.ts';
import { type Element, element, group } from './element.ts';

/** SAT wants a complement's namespace in the root of the document. */
export const pagosNamespace = {
  prefix: 'pago20',
  uri: 'http://www.sat.gob.mx/Pagos20',
  schema: 'http://www.sat.gob.mx/sitio_internet/cfd/Pagos/Pagos20.xsd',
};

/** pago20:Pagos, in the order of the schema, which is also that of the cadena original. */
export function pagos({ totals, payments }: CfdiPayments): Element {
  return element('pago20:Pagos', { Version: '2.0' }, [
    element('pago20:Totales', totalAttributes(totals)),
    ...payments.map(pago),
  ]);
}

function totalAttributes(totals: CfdiPaymentTotals) {
  return {
    TotalRetencionesIVA: totals.withheld_iva,
    TotalRetencionesISR: totals.withheld_isr,
    TotalRetencionesIEPS: totals.withheld_ieps,
    TotalTrasladosBaseIVA16: totals.iva_16?.base,
    TotalTrasladosImpuestoIVA16: totals.iva_16?.amount,
    TotalTrasladosBaseIVA8: totals.iva_8?.base,
    TotalTrasladosImpuestoIVA8: totals.iva_8?.amount,
    TotalTrasladosBaseIVA0: totals.iva_0?.base,
    TotalTrasladosImpuestoIVA0: totals.iva_0?.amount,
    TotalTrasladosBaseIVAExento: totals.iva_exempt?.base,
    MontoTotalPagos: totals.total,
  };
}

function pago(payment: CfdiPayment): Element {
  const attributes = {
    FechaPago: payment.date,
    FormaDePagoP: payment.payment_form,
    MonedaP: payment.currency,
    TipoCambioP: payment.exchange,
    Monto: payment.amount,
    ...payment.bank,
  };
  const withheld = payment.withheld.map(({ tax, amount }) =>
    element('pago20:RetencionP', { ImpuestoP: tax, ImporteP: amount }),
  );
  return element('pago20:Pago', attributes, [
    ...payment.documents.map(paidDocument),
    group('pago20:ImpuestosP', [
      group('pago20:RetencionesP', withheld),
      group('pago20:TrasladosP', taxElements('pago20:TrasladoP', 'P', payment.transferred)),
    ]),
  ]);
}

function paidDocument(document: CfdiPaidDocument): Element {
  const attributes = {
    IdDocumento: document.uuid,
    Serie: document.series,
    Folio: document.folio,
    MonedaDR: document.currency,
    EquivalenciaDR: document.exchange,
    NumParcialidad: document.installment,
    ImpSaldoAnt: document.last_balance,
    ImpPagado: document.amount,
    ImpSaldoInsoluto: document.balance,
    ObjetoImpDR: document.taxability,
  };
  return element('pago20:DoctoRelacionado', attributes, [
    group('pago20:ImpuestosDR', [
      group('pago20:RetencionesDR', taxElements('pago20:RetencionDR', 'DR', document.withheld)),
      group('pago20:TrasladosDR', taxElements('pago20:TrasladoDR', 'DR', document.transferred)),
    ]),
  ]);
}

function taxElements(name: string, suffix: 'P' | 'DR', taxes: readonly CfdiTax[]): Element[] {
  return taxes.map((tax) =>
    element(name, {
      [`Base${suffix}`]: tax.base,
      [`Impuesto${suffix}`]: tax.tax,
      [`TipoFactor${suffix}`]: tax.factor,
      [`TasaOCuota${suffix}`]: tax.rate,
      [`Importe${suffix}`]: tax.amount,
    }),
  );
}
