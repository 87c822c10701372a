/** An invoice while it is being written: what the form holds, and the body that it becomes. */
import type {
  Customer,
  CustomerInput,
  InvoiceInput,
  ItemInput,
  ProductInput,
} from '../api/bodies.ts';
import type { FieldErrors } from '../api/field-errors.ts';
import { words } from '../app/words.ts';
import { isSameProduct, type TaxProfile, taxProfiles } from './tax-profiles.ts';

/** As typed: a number input answers with text while it is empty or half written. */
export type Typed = number | string;

export interface DraftLine {
  /** Tells lines apart on the page; the server never sees it. */
  key: number;
  description: string;
  quantity: Typed;
  price: Typed;
  discount: Typed;
  productKey: string;
  unitKey: string;
  taxProfile: TaxProfile;
  /** Of the catalogue or a corrected invoice: the product as it was, unseen fields included. */
  kept?: ProductInput | undefined;
  /** Of the catalogue: by its id it is sent, as long as the line says what the product says. */
  productId?: string | undefined;
  /** Of a corrected invoice whose lines differ in this. */
  taxIncluded?: boolean | undefined;
}

export interface Draft {
  customer: Customer | null;
  use: string;
  paymentForm: string;
  paymentMethod: 'PUE' | 'PPD';
  taxIncluded: boolean;
  lines: DraftLine[];
  /** Of a corrected invoice in another currency than pesos. */
  money?: Required<Pick<InvoiceInput, 'currency' | 'exchange'>>;
  /** Of a corrected invoice: its conditions of payment. */
  conditions?: string;
}

/** c_FormaPago 99 "por definir": what PPD asks for, its payments telling the real form later. */
const formToBeDefined = '99';

export function emptyLine(key: number): DraftLine {
  return {
    key,
    description: '',
    quantity: 1,
    price: '',
    discount: '',
    productKey: '84111506',
    unitKey: 'E48',
    taxProfile: 'iva16',
  };
}

export function emptyDraft(): Draft {
  return {
    customer: null,
    use: 'G03',
    paymentForm: '03',
    paymentMethod: 'PUE',
    taxIncluded: false,
    lines: [emptyLine(0)],
  };
}

export function paymentFormOf(draft: Draft): string {
  return draft.paymentMethod === 'PPD' ? formToBeDefined : draft.paymentForm;
}

/** A line after an empty last one takes over what repeats from line to line. */
export function withNewLine(draft: Draft): Draft {
  const key = 1 + Math.max(...draft.lines.map((line) => line.key), -1);
  const last = draft.lines.at(-1);
  const line = emptyLine(key);
  const repeated = last && {
    productKey: last.productKey,
    unitKey: last.unitKey,
    ...(last.taxProfile === 'kept' ? {} : { taxProfile: last.taxProfile }),
  };
  return { ...draft, lines: [...draft.lines, { ...line, ...repeated }] };
}

/** What must be there before the server is asked, by the path that the server would use. */
export function missingFrom(draft: Draft): FieldErrors {
  const say = words.draft.missing;
  const missing = new Map<string, string>();
  if (!draft.customer) missing.set('customer', words.customers.required);
  if (!draft.use) missing.set('use', say.use);
  if (!paymentFormOf(draft)) missing.set('payment_form', say.paymentForm);
  draft.lines.forEach((line, index) => {
    const path = `items.${index}`;
    if (!line.description.trim()) missing.set(`${path}.product.description`, say.description);
    if (!(Number(line.quantity) > 0)) missing.set(`${path}.quantity`, say.quantity);
    if (!(Number(line.price) > 0)) missing.set(`${path}.product.price`, say.price);
    if (!/^\d{8}$/.test(line.productKey))
      missing.set(`${path}.product.product_key`, say.productKey);
    if (!line.unitKey.trim()) missing.set(`${path}.product.unit_key`, say.unitKey);
  });
  return missing;
}

/** The body to send, in FacturAPI's words. Null while no customer is chosen. */
export function bodyOf(draft: Draft): InvoiceInput | null {
  if (!draft.customer) return null;
  return {
    customer: draft.customer.id || spelledOut(draft.customer),
    ...draft.money,
    ...(draft.conditions === undefined ? {} : { conditions: draft.conditions }),
    use: draft.use,
    payment_form: paymentFormOf(draft),
    payment_method: draft.paymentMethod,
    items: draft.lines.map((line) => itemOf(line, draft.taxIncluded)),
  };
}

/** A receiver that is not in the directory; its RFC was looked at when the invoice was made. */
function spelledOut({ legal_name, tax_id, tax_system, email, address }: Customer): CustomerInput {
  const optional = email ? { email } : {};
  return { legal_name, tax_id, tax_system, address, ...optional, accept_rfc_check_digit: true };
}

function itemOf(line: DraftLine, taxIncluded: boolean): ItemInput {
  const product = productOf(line, taxIncluded);
  const untouched = line.productId && line.kept && isSameProduct(product, line.kept);
  return {
    quantity: Number(line.quantity),
    discount: Number(line.discount) || 0,
    product: untouched ? line.productId! : product,
  };
}

function productOf(line: DraftLine, taxIncluded: boolean): ProductInput {
  return {
    description: line.description.trim(),
    product_key: line.productKey,
    unit_key: line.unitKey.trim().toUpperCase(),
    price: Number(line.price),
    // Always said: FacturAPI's default is true, and most people type prices before taxes.
    tax_included: line.taxIncluded ?? taxIncluded,
    ...taxesOf(line),
    ...unseen(line),
  };
}

function taxesOf({ taxProfile, kept }: DraftLine): Pick<ProductInput, 'taxes'> {
  if (taxProfile !== 'kept') return { taxes: [...taxProfiles[taxProfile]] };
  return kept?.taxes === undefined ? {} : { taxes: kept.taxes };
}

function unseen({ kept, taxProfile, unitKey }: DraftLine): Partial<ProductInput> {
  if (!kept) return {};
  const { sku, unit_name, taxability } = kept;
  return {
    ...(sku === undefined ? {} : { sku }),
    ...(unit_name === undefined || unitKey !== kept.unit_key ? {} : { unit_name }),
    ...(taxability === undefined || taxProfile !== 'kept' ? {} : { taxability }),
  };
}
