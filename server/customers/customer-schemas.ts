import { Type } from 'typebox';
import { nullable } from '../platform/http/schemas.ts';

const text = Type.String();
const textOrNull = nullable(text);
const instant = Type.String({ format: 'date-time' });

const listed = {
  id: Type.String({ format: 'uuid' }),
  legal_name: text,
  tax_id: text,
  tax_system: text,
  email: textOrNull,
  phone: textOrNull,
  default_invoice_use: textOrNull,
  rfc_check_digit_accepted: Type.Boolean(),
  created_at: instant,
  updated_at: instant,
};

/** What a list shows of each: enough to invoice it. */
export const ListedCustomerSchema = Type.Object(
  { ...listed, address: Type.Object({ zip: text, country: Type.Optional(text) }) },
  { title: 'ListedCustomer' },
);

/** The way back for those that no search shows; by name. */
export const ArchivedSchema = Type.Object({
  data: Type.Array(ListedCustomerSchema),
  next_cursor: textOrNull,
});

const whole = {
  ...listed,
  external_id: textOrNull,
  address: Type.Object({
    street: textOrNull,
    exterior: textOrNull,
    interior: textOrNull,
    neighborhood: textOrNull,
    city: textOrNull,
    municipality: textOrNull,
    zip: text,
    state: textOrNull,
    country: text,
  }),
  archived_at: nullable(instant),
  version: Type.Integer({ description: 'Counts its changes; the ETag says the same.' }),
};

export const CustomerSchema = Type.Object(whole, { title: 'Customer' });

const NamedCustomer = Type.Object({ id: Type.String({ format: 'uuid' }), legal_name: text });

export const DuplicatesSchema = Type.Object({ data: Type.Array(NamedCustomer) });

/** What was written is written: a warning is for a person to look at. */
export const SavedCustomerSchema = Type.Object(
  {
    ...whole,
    warnings: Type.Array(
      Type.Object({ code: text, message: text, customers: Type.Array(NamedCustomer) }),
    ),
  },
  { title: 'SavedCustomer' },
);

const value = Type.Union([text, Type.Boolean(), Type.Null()]);

export const CustomerHistorySchema = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        version: Type.Integer(),
        at: instant,
        by: textOrNull,
        via: Type.Union([Type.Literal('import'), Type.Literal('sync'), Type.Null()]),
        changes: Type.Array(Type.Object({ field: text, before: value, after: value })),
      }),
    ),
    next_cursor: nullable(Type.Integer()),
  },
  { title: 'CustomerHistory' },
);
