/** Why a document or a customer cannot go to SAT as it is, in words a person can act on. */
export interface Problem {
  /** Stable, snake_case, in English: programs branch on it. */
  code: string;
  /** Where, as in `items[0].product.price`. */
  path: string;
  /** Mexican Spanish: what to do about it. */
  message: string;
  /** What the field would be if it were right, where that is known. */
  suggestion?: string;
}

export function problem(code: string, path: string, message: string, suggestion?: string): Problem {
  return { code, path, message, ...(suggestion === undefined ? {} : { suggestion }) };
}

/** `customer` and `tax_id` make `customer.tax_id`; an empty parent leaves the field alone. */
export function joinPath(parent: string, field: string): string {
  return parent === '' ? field : `${parent}.${field}`;
}
