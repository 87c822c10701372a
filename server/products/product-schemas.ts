import { Type } from 'typebox';
import { nullable } from '../platform/http/schemas.ts';

const Tax = Type.Object({
  type: Type.String(),
  factor: Type.String(),
  rate: Type.Number(),
  withholding: Type.Boolean(),
  ieps_mode: Type.Optional(Type.String()),
});

const product = {
  id: Type.String({ format: 'uuid' }),
  description: Type.String(),
  product_key: Type.String(),
  unit_key: Type.String(),
  unit_name: nullable(Type.String()),
  price: Type.Number(),
  tax_included: Type.Boolean(),
  taxability: Type.String(),
  taxes: Type.Array(Tax),
  sku: nullable(Type.String()),
  /** Of one piece, in pesos: before taxes, and what the customer pays for it. */
  amounts: Type.Object({ before_taxes: Type.Number(), total: Type.Number() }),
  version: Type.Integer(),
  archived_at: nullable(Type.String({ format: 'date-time' })),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
};

export const ProductSchema = Type.Object(product, { title: 'Product' });

/** Why it was found, and what of its fields to highlight, in UTF-16 units. */
const Match = Type.Object({
  tier: Type.String(),
  ranges: Type.Array(
    Type.Object({ field: Type.String(), start: Type.Integer(), length: Type.Integer() }),
  ),
});

export const FoundProductSchema = Type.Object(
  { ...product, match: Type.Optional(Match) },
  { title: 'FoundProduct' },
);

const TransferredTax = Type.Object({
  type: Type.String(),
  factor: Type.String(),
  rate: nullable(Type.String()),
  base: Type.Number(),
  amount: nullable(Type.Number()),
});

/** An invoice of one piece. */
export const ProductPreviewSchema = Type.Object(
  {
    currency: Type.String(),
    unit_price: Type.Number(),
    subtotal: Type.Number(),
    discount: Type.Number(),
    taxes: Type.Object({
      transferred: Type.Array(TransferredTax),
      withheld: Type.Array(Type.Object({ type: Type.String(), amount: Type.Number() })),
    }),
    total: Type.Number(),
  },
  { title: 'ProductPreview' },
);
