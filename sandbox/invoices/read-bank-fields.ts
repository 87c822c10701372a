import type { FieldReader, Fields } from '../field-reader.ts';
import type { BankFields } from './invoice-fields.ts';

const rfcOfCompany = /^[A-Z&Ñ]{3}\d{2}(0[1-9]|1[012])(0[1-9]|[12]\d|3[01])[A-Z0-9]{2}[0-9A]$/;
const account = /^[A-Z0-9_]{10,50}$/;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The forms that SAT's schema of payments (Pagos20.xsd) asks for. */
const rules: Readonly<Record<keyof BankFields, Parameters<FieldReader['text']>[3]>> = {
  numOperacion: { min: 1, max: 100, pattern: /^[^|]*$/ },
  rfcEmisorCtaOrd: {
    known: (rfc) => rfc === 'XEXX010101000' || rfcOfCompany.test(rfc),
  },
  nomBancoOrdExt: { min: 1, max: 300, pattern: /^[^|]*$/ },
  ctaOrdenante: { pattern: account },
  rfcEmisorCtaBen: { pattern: rfcOfCompany },
  ctaBeneficiario: { pattern: account },
  tipoCadPago: { known: (code) => code === '01' || code === '1' },
  certPago: { pattern: base64 },
  cadPago: { min: 1, max: 8_192 },
  selloPago: { pattern: base64 },
};

const names = Object.keys(rules) as (keyof BankFields)[];

/** Whence a payment came and whither it went. A chain of payment comes whole or not at all. */
export function readBankFields(reader: FieldReader, from: Fields, path: string): BankFields {
  const fields: BankFields = {};
  for (const name of names) {
    const value = reader.text(from, name, `${path}.${name}`, rules[name]);
    if (value !== undefined && value !== '') fields[name] = value;
  }
  if (fields.tipoCadPago !== undefined) {
    fields.tipoCadPago = '01';
    for (const name of ['certPago', 'cadPago', 'selloPago'] as const) {
      if (fields[name] !== undefined) continue;
      reader.fail(`${path}.${name}`, 'required', `Con tipoCadPago se requiere ${name}.`);
    }
  }
  return fields;
}
