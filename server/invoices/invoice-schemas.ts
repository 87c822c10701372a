import { Type } from 'typebox';
import { CustomerBody } from '../customers/customers.ts';
import { nullable } from '../platform/http/schemas.ts';
import { ProductBody } from '../products/products.ts';

/**
 * FacturAPI's invoice body, by shape. What the values mean (catalogues, rates, totals) is checked
 * by cfdi/invoice-rules.ts, which answers in the same form.
 */
const closed = { additionalProperties: false };

const amounts = {
  quantity: Type.Optional(Type.Number()),
  discount: Type.Optional(Type.Number()),
};
const Item = Type.Object({ ...amounts, product: ProductBody }, closed);
/** A product of the catalogue by its id, which is frozen as it is then, or one spelled out. */
const ItemBody = Type.Object(
  { ...amounts, product: Type.Union([Type.String({ format: 'uuid' }), ProductBody]) },
  closed,
);

export const InvoiceBody = Type.Object(
  {
    type: Type.Optional(Type.String()),
    customer: Type.Union([Type.String({ format: 'uuid' }), CustomerBody]),
    items: Type.Array(ItemBody, { minItems: 1, maxItems: 5_000 }),
    use: Type.String(),
    payment_form: Type.String(),
    payment_method: Type.Optional(Type.String()),
    currency: Type.Optional(Type.String()),
    exchange: Type.Optional(Type.Number()),
    series: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{1,25}$' })),
    conditions: Type.Optional(Type.String()),
  },
  { ...closed, title: 'InvoiceInput' },
);

const TransferredTax = Type.Object({
  type: Type.String(),
  factor: Type.String(),
  rate: Type.Union([Type.String(), Type.Null()]),
  base: Type.Number(),
  amount: Type.Union([Type.Number(), Type.Null()]),
});
const WithheldTax = Type.Object({ type: Type.String(), amount: Type.Number() });

const totals = {
  currency: Type.String(),
  subtotal: Type.Number(),
  discount: Type.Number(),
  taxes: Type.Object({
    transferred: Type.Array(TransferredTax),
    withheld: Type.Array(WithheldTax),
  }),
  total: Type.Number(),
};

export const PreviewSchema = Type.Object(
  {
    ...totals,
    lines: Type.Array(
      Type.Object({
        quantity: Type.Number(),
        unit_price: Type.Number(),
        amount: Type.Number(),
        discount: Type.Number(),
      }),
    ),
  },
  { title: 'InvoicePreview' },
);

export const statuses = [
  'draft',
  'queued',
  'stamping',
  'pending',
  'valid',
  'rejected',
  'review',
  'expired',
  'canceled',
].map((status) => Type.Literal(status));

export const InvoiceSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    status: Type.Union(statuses),
    cancellation_status: Type.String(),
    type: Type.String(),
    series: Type.String(),
    folio_number: Type.Integer(),
    uuid: nullable(Type.String()),
    customer: Type.Object({
      id: nullable(Type.String()),
      legal_name: Type.String(),
      tax_id: Type.String(),
      tax_system: Type.String(),
      email: nullable(Type.String()),
      address: Type.Object({ zip: Type.String(), country: Type.Optional(Type.String()) }),
    }),
    use: Type.String(),
    payment_form: Type.String(),
    payment_method: Type.String(),
    exchange: Type.Number(),
    conditions: nullable(Type.String()),
    external_id: nullable(Type.String()),
    items: Type.Array(Item),
    ...totals,
    date: Type.String({ format: 'date-time' }),
    created_at: Type.String({ format: 'date-time' }),
    stamped_at: nullable(Type.String({ format: 'date-time' })),
    verification_url: nullable(Type.String()),
    rejection: nullable(
      Type.Object({
        code: Type.String(),
        detail: Type.String(),
        errors: Type.Array(
          Type.Object({ path: Type.String(), code: Type.String(), message: Type.String() }),
        ),
      }),
    ),
    warnings: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })),
  },
  { title: 'Invoice' },
);

/** What people should know while it is on its way: that FacturAPI is away, for one. */
export const NoticesSchema = Type.Array(
  Type.Object({
    code: Type.String(),
    level: Type.Union(['info', 'warning', 'error'].map((level) => Type.Literal(level))),
    detail: Type.String(),
  }),
);

export const AcceptedInvoiceSchema = Type.Object(
  { ...InvoiceSchema.properties, notices: Type.Optional(NoticesSchema) },
  { title: 'AcceptedInvoice' },
);

const instant = Type.String({ format: 'date-time' });
const ToldProblem = Type.Object({ code: Type.String(), detail: Type.String() });

export const HistorySchema = Type.Object(
  {
    data: Type.Array(
      Type.Union([
        Type.Object({
          type: Type.Literal('attempt'),
          at: instant,
          kind: Type.String(),
          attempt: Type.Integer(),
          outcome: Type.String(),
          http_status: nullable(Type.Integer()),
          code: nullable(Type.String()),
          log_id: nullable(Type.String()),
          started_at: instant,
          took_ms: Type.Integer(),
          detail: Type.String(),
        }),
        Type.Object({
          type: Type.Literal('version'),
          at: instant,
          version: Type.Integer(),
          status: Type.Union(statuses),
          key: nullable(Type.String()),
          date: instant,
          rejection: nullable(ToldProblem),
          by: nullable(Type.String()),
          detail: Type.String(),
        }),
        Type.Object({
          type: Type.Literal('decision'),
          at: instant,
          decision: Type.String(),
          why: nullable(Type.String()),
          by: nullable(Type.String()),
          detail: Type.String(),
        }),
      ]),
    ),
    call: nullable(
      Type.Object({
        kind: Type.String(),
        state: Type.String(),
        attempts: Type.Integer(),
        next_try_at: nullable(instant),
        last_problem: nullable(ToldProblem),
        detail: Type.String(),
      }),
    ),
  },
  { title: 'InvoiceHistory' },
);
