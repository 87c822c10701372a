import { Type } from 'typebox';

export const CustomerSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    legal_name: Type.String(),
    tax_id: Type.String(),
    tax_system: Type.String(),
    email: Type.Union([Type.String(), Type.Null()]),
    phone: Type.Union([Type.String(), Type.Null()]),
    default_invoice_use: Type.Union([Type.String(), Type.Null()]),
    address: Type.Object({ zip: Type.String() }),
    rfc_check_digit_accepted: Type.Boolean(),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
  },
  { title: 'Customer' },
);
