import { notFound } from '../../platform/http/problem.ts';
import type { Queryable } from '../../platform/postgres/database.ts';
import { isoInstant } from '../../platform/postgres/json-instant.ts';
import type { Lane } from '../stamping.ts';

/**
 * What the operator wants:
 *
 *   running ── pause ──> paused     no call starts; the queue keeps accepting
 *           ── drain ──> draining   nothing is accepted; the queue runs dry
 *   any     ── resume ─> running
 *
 * One company can be paused, too; its queue keeps accepting. The stamper looks at once.
 */
export type Action = 'pause' | 'resume' | 'drain';
export type Mode = 'running' | 'paused' | 'draining';

export interface Order {
  readonly action: Action;
  readonly why: string | undefined;
  readonly orderedBy: string;
}

const MODE_AFTER: Readonly<Record<Action, Mode>> = {
  pause: 'paused',
  resume: 'running',
  drain: 'draining',
};

/** A lane whose leader was not heard of for so long has nobody to be woken. */
const silentLaneMsMax = 10_000;
/** What a page of the operator's can hold. */
export const lanesMax = 1_000;
export const pausesMax = 1_000;

export async function operateInstallation(db: Queryable, order: Order): Promise<void> {
  await db.query(
    `with changed as (
       update stamping_mode set mode = $1, changed_by = $2, why = $3, changed_at = now())
     select pg_notify('timbra_calls', lane::text) from stamping_lanes
      where heartbeat_at > now() - $4::int * interval '1 ms'`,
    [MODE_AFTER[order.action], order.orderedBy, order.why ?? null, silentLaneMsMax],
  );
}

/** Paused for good, until it is resumed; a pause that stands already stays as it is. */
export async function operateCompany(
  db: Queryable,
  lane: Lane,
  tenantId: string,
  order: Order & { readonly action: 'pause' | 'resume' },
): Promise<void> {
  const { rows } = await db.query({
    text: order.action === 'pause' ? PAUSE_COMPANY : RESUME_COMPANY,
    values: [tenantId, order.why ?? null, order.orderedBy, order.action, lane],
  });
  if (rows.length === 0) throw notFound();
}

const NOTE_AND_WAKE = `
noted as (
  insert into stamping_decisions (tenant_id, decision, why, decided_by)
  select id, $4, $2, $3 from company)
select pg_notify('timbra_calls', timbra_lane_of($5::int, id)::text) from company`;

const PAUSE_COMPANY = `
with company as (select id from tenants where id = $1),
paused as (
  insert into stamping_pauses (tenant_id, reason, until, problem)
  select id, 'operator', 'infinity', json_build_object('code', 'operator', 'message', $2::text)
    from company
  on conflict do nothing),
${NOTE_AND_WAKE}`;

const RESUME_COMPANY = `
with company as (select id from tenants where id = $1),
resumed as (delete from stamping_pauses where tenant_id = $1 and reason = 'operator'),
${NOTE_AND_WAKE}`;

export interface LaneView {
  readonly lane: number;
  readonly leader: string | null;
  readonly epoch: number;
  /** Since the leader was last heard of. */
  readonly heartbeat_ms: number | null;
  readonly in_flight: number;
  readonly max_in_flight_seen: number;
  readonly breaker: unknown;
  readonly report: unknown;
}

export interface PauseView {
  readonly tenant: { readonly id: string; readonly name: string };
  readonly reason: string;
  readonly since: string;
  /** Null: until somebody ends it. */
  readonly until: string | null;
  readonly problem: unknown;
}

export interface StampingView {
  readonly mode: Mode;
  readonly changed_at: string;
  readonly by: string | null;
  readonly why: string | null;
  /** Invoices of all companies that wait for their stamp. */
  readonly waiting: number;
  readonly lanes: readonly LaneView[];
  readonly pauses: readonly PauseView[];
}

export async function readStampingView(db: Queryable): Promise<StampingView> {
  const { rows } = await db.query<{ view: StampingView }>({
    name: 'stamping-view',
    text: VIEW,
    values: [lanesMax, pausesMax],
  });
  const { view } = rows[0]!;
  const pauses = view.pauses.map((pause) => ({
    ...pause,
    since: isoInstant(pause.since),
    until: pause.until && isoInstant(pause.until),
  }));
  return { ...view, changed_at: isoInstant(view.changed_at), pauses };
}

const VIEW = `
with lanes as (
  select lane, leader, epoch, in_flight, max_in_flight_seen, breaker, report,
         round(extract(epoch from clock_timestamp() - heartbeat_at) * 1000)::bigint as heartbeat_ms
    from stamping_lanes order by lane limit $1),
pauses as (
  select json_build_object('id', t.id, 'name', t.name) as tenant, p.reason, p.since,
         nullif(p.until, 'infinity') as until, p.problem
    from stamping_pauses p join tenants t on t.id = p.tenant_id
   where p.until > now() order by p.since limit $2)
select json_build_object(
         'mode', m.mode, 'changed_at', m.changed_at, 'by', p.name, 'why', m.why,
         'waiting', (select coalesce(sum(waiting), 0) from stamping_backlog),
         'lanes', (select coalesce(json_agg(lanes), '[]') from lanes),
         'pauses', (select coalesce(json_agg(pauses), '[]') from pauses)) as view
  from stamping_mode m left join people p on p.id = m.changed_by`;
