import type { Customer, CustomerInput, CustomerRecord } from '../api/bodies.ts';

const home = 'MEX';
export const foreignRfc = 'XEXX010101000';
const domesticRfc = 'XAXX010101000';
/** "Sin obligaciones fiscales": the only regime of a generic receiver. */
export const regimeOfNone = '616';

const textFields = [
  'legal_name',
  'tax_id',
  'tax_system',
  'default_invoice_use',
  'email',
  'phone',
  'external_id',
] as const;
export const addressFields = [
  'street',
  'exterior',
  'interior',
  'neighborhood',
  'city',
  'municipality',
  'state',
] as const;

type TextField = (typeof textFields)[number];
export type AddressField = (typeof addressFields)[number];

/** The form's fields, all of them texts, empty for none. */
export type CustomerDraft = Record<TextField | AddressField | 'zip' | 'country', string> & {
  abroad: boolean;
  /** The person says that the RFC is right although its check digit does not match. */
  taxIdAccepted: boolean;
};

const empty: CustomerDraft = {
  legal_name: '',
  tax_id: '',
  tax_system: '',
  default_invoice_use: '',
  email: '',
  phone: '',
  external_id: '',
  street: '',
  exterior: '',
  interior: '',
  neighborhood: '',
  city: '',
  municipality: '',
  state: '',
  zip: '',
  country: '',
  abroad: false,
  taxIdAccepted: false,
};

const rfcPattern = /^[A-ZÑ&]{3,4}\d{6}[A-Z\d]{3}$/i;

/** What was typed in the search is a name, or an RFC. */
export function draftOfTyped(typed: string): CustomerDraft {
  return rfcPattern.test(typed)
    ? { ...empty, tax_id: typed.toUpperCase() }
    : { ...empty, legal_name: typed };
}

export function draftOfCustomer(customer: CustomerRecord | Customer): CustomerDraft {
  const { address, ...rest } = customer as CustomerRecord;
  const draft = { ...empty, zip: address.zip, taxIdAccepted: rest.rfc_check_digit_accepted };
  for (const field of textFields) draft[field] = rest[field] ?? '';
  for (const field of addressFields) draft[field] = address[field] ?? '';
  const abroad = (address.country ?? home) !== home;
  return { ...draft, abroad, country: abroad ? address.country : '' };
}

/** The body to send: a customer is replaced as a whole, and what is empty is left out. */
export function bodyOf(draft: CustomerDraft): CustomerInput {
  const given = <F extends TextField | AddressField>(fields: readonly F[]) =>
    Object.fromEntries(
      fields.flatMap((field) => (draft[field].trim() ? [[field, draft[field].trim()]] : [])),
    );
  return {
    ...given(textFields.slice(3)),
    legal_name: draft.legal_name.trim().toUpperCase(),
    tax_id: draft.tax_id.trim().toUpperCase(),
    tax_system: draft.tax_system,
    address: {
      ...given(addressFields),
      zip: draft.zip.trim(),
      country: draft.abroad ? draft.country : home,
    },
    ...(draft.taxIdAccepted && !draft.abroad ? { accept_rfc_check_digit: true } : {}),
  };
}

/** Whoever has no RFC of their own; a person's has 13 letters, a company's 12. */
export function kindOf({ abroad, tax_id }: CustomerDraft) {
  const taxId = tax_id.trim().toUpperCase();
  if (abroad || taxId === foreignRfc || taxId === domesticRfc) return 'generic';
  if (!rfcPattern.test(taxId)) return undefined;
  return taxId.length === 13 ? 'person' : 'company';
}

/** Worth asking whether another customer has it: a whole RFC, and not everybody's. */
export function isOwnTaxId(draft: CustomerDraft): boolean {
  if (draft.abroad) return draft.tax_id.trim() !== '' && draft.tax_id.trim() !== foreignRfc;
  const kind = kindOf(draft);
  return kind === 'person' || kind === 'company';
}

/** Moving abroad and back changes what the other fields may say. */
export function withAbroad(draft: CustomerDraft, abroad: boolean): CustomerDraft {
  if (abroad) {
    const tax_id = draft.tax_id.trim() || foreignRfc;
    return { ...draft, abroad, tax_id, tax_system: regimeOfNone, default_invoice_use: '' };
  }
  const tax_id = draft.tax_id === foreignRfc ? '' : draft.tax_id;
  return { ...draft, abroad, tax_id, country: '', tax_system: '' };
}

export interface Difference {
  /** Its path in the body, as `address.zip`. */
  readonly field: string;
  readonly mine: string;
  readonly theirs: string;
}

/** The fields in which two versions of a customer differ. */
export function differences(mine: CustomerDraft, theirs: CustomerDraft): Difference[] {
  const asSent = (draft: CustomerDraft): Record<string, string> => {
    const { address, accept_rfc_check_digit: _, ...rest } = bodyOf(draft);
    const inside = Object.entries(address).map(([name, value]) => [`address.${name}`, value]);
    return Object.fromEntries([...Object.entries(rest), ...inside]);
  };
  const [a, b] = [asSent(mine), asSent(theirs)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((field) => (a[field] ?? '') !== (b[field] ?? ''))
    .map((field) => ({ field, mine: a[field] ?? '', theirs: b[field] ?? '' }));
}
