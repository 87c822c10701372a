import type { ErrorDetail } from '../api-error.ts';
import { paymentAmount } from './build-payments.ts';
import type { BankFields, PaymentFields } from './invoice-fields.ts';
import { satError } from './sat-error.ts';

/** The forms of payment that come from an account, and those that go to one. */
const fromAccount = ['02', '03', '04', '05', '06', '28', '29'];
const toAccount = ['02', '03', '04', '05', '28', '29'];

/** What SAT's matrix of the complement of payments 2.0 would refuse. */
export function checkPayments(payments: readonly PaymentFields[]): ErrorDetail[] {
  return payments.flatMap((payment, index) => [
    ...moneyErrors(payment, `complements.0.data.${index}`),
    ...bankErrors(payment, `complements.0.data.${index}`),
  ]);
}

function moneyErrors(payment: PaymentFields, path: string): ErrorDetail[] {
  const errors: ErrorDetail[] = [];
  if (payment.payment_form === '99') {
    const message = 'La forma de pago de un pago recibido no puede ser 99 (Por definir).';
    errors.push(satError('CRP20212', `${path}.payment_form`, message));
  }
  if (paymentAmount(payment).lte(0)) {
    errors.push(satError('CRP20218', `${path}.related_documents`, 'El monto debe ser mayor a 0.'));
  }
  return errors;
}

function bankErrors(payment: PaymentFields, path: string): ErrorDetail[] {
  const rules: [code: string, name: keyof BankFields, forms: readonly string[]][] = [
    ['CRP20221', 'rfcEmisorCtaOrd', fromAccount],
    ['CRP20224', 'ctaOrdenante', fromAccount],
    ['CRP20227', 'rfcEmisorCtaBen', toAccount],
    ['CRP20228', 'ctaBeneficiario', toAccount],
    ['CRP20229', 'tipoCadPago', ['03']],
  ];
  const errors = rules.flatMap(([code, name, forms]) => {
    if (payment[name] === undefined || forms.includes(payment.payment_form)) return [];
    const message = `El campo ${name} no se registra con la forma de pago de este pago.`;
    return [satError(code, `${path}.${name}`, message)];
  });
  if (payment.rfcEmisorCtaOrd === 'XEXX010101000' && payment.nomBancoOrdExt === undefined) {
    const message = 'Con el RFC genérico de un banco extranjero se requiere su nombre.';
    errors.push(satError('CRP20223', `${path}.nomBancoOrdExt`, message));
  }
  return errors;
}
