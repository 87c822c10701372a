import { words } from '../app/words.ts';

/** What people call the fields of a customer, by their paths in the body, as the form has them. */
function names(): Readonly<Record<string, string>> {
  const say = words.customers.form;
  return {
    legal_name: say.legalName,
    tax_id: say.taxId,
    'address.zip': say.zip,
    rfc_check_digit_accepted: words.customers.page.acceptedDigit,
    'address.country': say.country,
    tax_system: say.taxSystem,
    default_invoice_use: say.use,
    email: say.email,
    phone: say.phone,
    'address.street': say.street,
    'address.exterior': say.exterior,
    'address.interior': say.interior,
    'address.neighborhood': say.neighborhood,
    'address.municipality': say.municipality,
    'address.city': say.city,
    'address.state': say.state,
    external_id: say.externalId,
  };
}

export function fieldName(path: string): string {
  return names()[path] ?? path;
}

/** In the order of the form. */
export function inFormOrder<T extends { readonly field: string }>(changes: readonly T[]): T[] {
  const order = Object.keys(names());
  return [...changes].sort((a, b) => order.indexOf(a.field) - order.indexOf(b.field));
}
