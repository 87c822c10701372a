import { Type } from 'typebox';
import { nullable, oneOf } from '../../platform/http/schemas.ts';

const text = Type.String();
const instant = nullable(Type.String({ format: 'date-time' }));
const count = Type.Integer();

export const CustomerSyncSchema = Type.Object(
  {
    state: oneOf('never', 'off', 'idle', 'running', 'failed'),
    task: oneOf('all', 'new'),
    seen: count,
    total: count,
    created: count,
    linked: count,
    updated: count,
    started_at: instant,
    finished_at: instant,
    all_finished_at: instant,
    next_at: instant,
    problem: nullable(text),
    waiting: Type.Integer({ description: 'Changes of ours still to be sent; at most 1000.' }),
    differences_open: Type.Integer({ description: 'At most 1000.' }),
  },
  { title: 'CustomerSync' },
);

const version = Type.Object({
  legal_name: nullable(text),
  tax_id: nullable(text),
  tax_system: nullable(text),
  email: nullable(text),
  phone: nullable(text),
  default_invoice_use: nullable(text),
  address: Type.Object({
    street: nullable(text),
    exterior: nullable(text),
    interior: nullable(text),
    neighborhood: nullable(text),
    city: nullable(text),
    municipality: nullable(text),
    zip: nullable(text),
    state: nullable(text),
    country: nullable(text),
  }),
});

const choice = oneOf('ours', 'theirs', 'new', 'link', 'again', 'ignore');
const FieldProblems = Type.Array(Type.Object({ path: nullable(text), code: text, message: text }));

export const CustomerDifferenceSchema = Type.Object(
  {
    id: text,
    kind: oneOf('changed_on_both', 'several_here', 'not_acceptable', 'refused_there', 'gone_there'),
    detail: text,
    customer: nullable(text),
    facturapi_id: nullable(text),
    ours: nullable(version),
    theirs: nullable(version),
    candidates: Type.Array(Type.Object({ id: text, legal_name: text, tax_id: text, zip: text })),
    errors: FieldProblems,
    choices: Type.Array(choice),
    version: Type.String({ description: 'To be sent back with the choice.' }),
    found_at: Type.String({ format: 'date-time' }),
    ended_at: instant,
    choice: nullable(choice),
  },
  { title: 'CustomerDifference' },
);

export const ResolveBody = Type.Object(
  {
    choice,
    version: Type.String({ maxLength: 40 }),
    customer: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { additionalProperties: false },
);

/** How one customer stands with FacturAPI. */
export const CustomerStandingSchema = Type.Object(
  {
    facturapi_id: nullable(text),
    in_step: Type.Boolean(),
    synced_at: instant,
    difference: nullable(text),
    tax_check: nullable(
      Type.Object({
        is_valid: Type.Boolean(),
        errors: FieldProblems,
        checked_at: Type.String({ format: 'date-time' }),
        current: Type.Boolean({ description: 'Whether it was asked of the data as they are now.' }),
      }),
    ),
    edit_link: nullable(
      Type.Object({ url: nullable(text), sent_at: instant, expires_at: instant }),
    ),
  },
  { title: 'CustomerStanding' },
);
