import { rateRulesFor } from '../../server/cfdi/catalogs/catalogs.ts';
import { Decimal } from '../../server/cfdi/decimal.ts';
import { inspectRfc, RFC_GENERIC_DOMESTIC, RFC_GENERIC_FOREIGN } from '../../server/cfdi/rfc.ts';
import type { DocumentTotals } from '../../server/cfdi/totals.ts';
import { checkUse } from '../../server/cfdi/use-rules.ts';
import { ApiError, type ErrorDetail } from '../api-error.ts';
import { checkTaxInfo } from '../customers/check-tax-info.ts';
import type { CustomerFields } from '../customers/customer.ts';
import type { Organization } from '../organizations/organization.ts';
import { checkPayments } from './check-payments.ts';
import type { InvoiceFields, ItemFields } from './invoice-fields.ts';
import { satError } from './sat-error.ts';

/**
 * What SAT's validation matrix would refuse at the stamping, under SAT's codes. Throws all of it
 * as FacturAPI passes it on. No folio is used up by a document that does not pass.
 */
export function requireStampable(
  fields: InvoiceFields,
  receiver: CustomerFields,
  totals: DocumentTotals,
  issuer: Organization,
): void {
  const errors = [
    ...receiverErrors(receiver),
    ...publicErrors(fields, receiver, fields.zip ?? issuer.zip),
    ...(fields.type === 'P' ? [] : cfdiUseErrors(fields.use, receiver)),
    ...fields.items.flatMap((item, index) => rateErrors(item, index)),
    ...totals.lines.flatMap((line, index) => lineErrors(line, index)),
    ...paymentErrors(fields),
    ...checkPayments(fields.payments),
  ];
  const [first] = errors;
  if (!first) return;
  throw new ApiError(400, 'invoice_stamping_validation_error', first.message, { errors });
}

function receiverErrors(receiver: CustomerFields): ErrorDetail[] {
  return checkTaxInfo(receiver).map((problem) =>
    satError(problem.satCode, `customer.${problem.path}`, problem.message),
  );
}

/**
 * Sales to the public: the generic receiver is where the sale is, and under the name of the public
 * the sales are those of a period.
 */
function publicErrors(
  fields: InvoiceFields,
  receiver: CustomerFields,
  place: string,
): ErrorDetail[] {
  const domestic = receiver.tax_id === RFC_GENERIC_DOMESTIC;
  if (!domestic && receiver.tax_id !== RFC_GENERIC_FOREIGN) return [];
  const errors: ErrorDetail[] = [];
  const named = receiver.legal_name.trim().toUpperCase() === 'PUBLICO EN GENERAL';
  if (domestic && named && fields.type === 'I' && !fields.global) {
    const message =
      'Una factura a PUBLICO EN GENERAL es global: necesita periodicidad, meses y año (global).';
    errors.push(satError('CFDI40130', 'global', message));
  }
  if (receiver.address.country === 'MEX' && receiver.address.zip !== place) {
    const message =
      'Con un RFC genérico el código postal del receptor debe ser el del lugar de expedición.';
    errors.push(satError('CFDI40149', 'customer.address.zip', message));
  }
  return errors;
}

function cfdiUseErrors(use: string, receiver: CustomerFields): ErrorDetail[] {
  const rfc = inspectRfc(receiver.tax_id);
  const abroad = receiver.address.country !== 'MEX';
  const kind = abroad ? 'generic_foreign' : 'kind' in rfc ? rfc.kind : undefined;
  return checkUse(use, { kind, tax_system: receiver.tax_system }, 'use').map((problem) =>
    satError('CFDI40161', 'use', problem.message),
  );
}

function rateErrors(item: ItemFields, index: number): ErrorDetail[] {
  return item.product.taxes.flatMap((tax, taxIndex) => {
    const { type = 'IVA', factor = 'Tasa', withholding = false } = tax;
    if (factor === 'Exento') return [];
    const rate = new Decimal(tax.rate);
    const rules = rateRulesFor({ type, factor, withholding });
    if (rules.some((rule) => rate.gte(rule.min) && rate.lte(rule.max))) return [];
    return [
      satError(
        withholding ? 'CFDI40185' : 'CFDI40179',
        `items.${index}.product.taxes.${taxIndex}.rate`,
        'La tasa o cuota del impuesto no está en el catálogo c_TasaOCuota del SAT.',
      ),
    ];
  });
}

function lineErrors(line: DocumentTotals['lines'][number], index: number): ErrorDetail[] {
  if (line.discount.gt(line.amount)) {
    const message = 'El descuento del concepto es mayor a su importe.';
    return [satError('CFDI40169', `items.${index}.discount`, message)];
  }
  if (!line.taxes.some((tax) => tax.base.lte(0))) return [];
  const message = 'La base de un impuesto debe ser mayor a cero.';
  return [satError('CFDI40174', `items.${index}.product.price`, message)];
}

function paymentErrors(fields: InvoiceFields): ErrorDetail[] {
  if (fields.payment_method !== 'PPD' || fields.payment_form === '99') return [];
  const message = 'Con el método de pago PPD la forma de pago debe ser 99 (Por definir).';
  return [satError('CFDI40105', 'payment_form', message)];
}
