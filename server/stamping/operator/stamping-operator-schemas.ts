import { Type } from 'typebox';
import { nullable, oneOf, Why } from '../../platform/http/schemas.ts';

const closed = { additionalProperties: false };
const textOrNull = nullable(Type.String());
const instant = Type.String({ format: 'date-time' });
const instantOrNull = nullable(instant);

export const OperateBody = Type.Object(
  {
    action: oneOf('pause', 'resume', 'drain'),
    why: Type.Optional(Why),
    /** One company; absent: the whole installation. */
    tenant: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { ...closed, title: 'OperateStampingInput' },
);

export const WhyBody = Type.Object({ why: Why }, { ...closed, title: 'DeadLetterInput' });

const Company = Type.Object({ id: Type.String({ format: 'uuid' }), name: Type.String() });

export const StampingViewSchema = Type.Object(
  {
    mode: oneOf('running', 'paused', 'draining'),
    changed_at: instant,
    by: textOrNull,
    why: textOrNull,
    waiting: Type.Integer(),
    lanes: Type.Array(
      Type.Object({
        lane: Type.Integer(),
        leader: textOrNull,
        epoch: Type.Integer(),
        heartbeat_ms: nullable(Type.Integer()),
        in_flight: Type.Integer(),
        max_in_flight_seen: Type.Integer(),
        breaker: Type.Any(),
        report: Type.Any(),
      }),
    ),
    pauses: Type.Array(
      Type.Object({
        tenant: Company,
        reason: oneOf('operator', 'blocked', 'busy', 'unavailable'),
        since: instant,
        until: instantOrNull,
        problem: Type.Any(),
      }),
    ),
  },
  { title: 'StampingView' },
);

export const DeadLettersSchema = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        id: Type.Integer(),
        lane: Type.Integer(),
        kind: Type.String(),
        tenant: Company,
        invoice: Type.Union([
          Type.Object({
            id: Type.String({ format: 'uuid' }),
            series: Type.String(),
            folio_number: Type.Integer(),
            status: Type.String(),
          }),
          Type.Null(),
        ]),
        attempts: Type.Integer(),
        deaths: Type.Integer(),
        problem: Type.Any(),
        request_id: textOrNull,
        created_at: instant,
        died_at: instantOrNull,
      }),
    ),
    next_cursor: textOrNull,
  },
  { title: 'DeadLetters' },
);

export const DeadLetterStateSchema = Type.Object({
  id: Type.Integer(),
  state: oneOf('queued', 'done'),
});
