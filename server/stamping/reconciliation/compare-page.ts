import { Decimal } from 'decimal.js';
import type { TheirInvoice } from './their-invoice.ts';

/** An invoice of ours that one of theirs may be. */
export interface OurInvoice {
  readonly id: string;
  readonly status: string;
  readonly uuid: string | null;
  readonly facturapiId: string | null;
  readonly total: string;
  readonly series: string;
  readonly folioNumber: number;
  readonly cancellationStatus: string;
  readonly date: Date;
  /** Nothing is said of what changed here after their page was asked for. */
  readonly changedSince: boolean;
}

export interface Pair {
  readonly theirs: TheirInvoice;
  readonly ours: OurInvoice | undefined;
  /** It bears the key of a document that a reissue has replaced. */
  readonly superseded: boolean;
}

export type DifferenceKind =
  | 'adopted'
  | 'canceled_there'
  | 'made_elsewhere'
  | 'without_call'
  | 'missing_in_facturapi'
  | 'duplicate_in_facturapi'
  | 'superseded_but_stamped'
  | 'data_differs';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly invoiceId: string | null;
  readonly facturapiId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly repaired: boolean;
}

export interface Repair {
  readonly ours: OurInvoice;
  readonly theirs: TheirInvoice;
}

/** What follows from a page. */
export interface Findings {
  readonly adopt: readonly Repair[];
  readonly cancel: readonly Repair[];
  /** Stamped there while ours waits for its call: its call shall look, at once. */
  readonly hurry: readonly OurInvoice[];
  /** Something of it moved there that its own call reads best. */
  readonly read: readonly OurInvoice[];
  readonly takeOver: readonly TheirInvoice[];
  readonly differences: readonly Difference[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Their invoices against ours. What agrees leaves no trace. */
export function comparePage(pairs: readonly Pair[]): Findings {
  const found: Writable<Findings> = {
    adopt: [],
    cancel: [],
    hurry: [],
    read: [],
    takeOver: [],
    differences: [],
  };
  const validOf = Map.groupBy(
    pairs.filter(
      ({ ours, superseded, theirs }) => ours && !superseded && theirs.status === 'valid',
    ),
    ({ ours }) => ours!.id,
  );
  for (const { theirs, ours, superseded } of pairs) {
    if (!ours) {
      found.takeOver.push(theirs);
      continue;
    }
    if (ours.changedSince || !isStamped(theirs)) continue;
    if (superseded) {
      if (theirs.status === 'valid') found.differences.push(supersededBut(ours, theirs));
      continue;
    }
    const twins = validOf.get(ours.id) ?? [];
    compareOne(ours, theirs, twins.length > 1, found);
  }
  return found;
}

function compareOne(
  ours: OurInvoice,
  theirs: TheirInvoice,
  hasTwin: boolean,
  found: Writable<Findings>,
): void {
  switch (ours.status) {
    case 'queued':
    case 'stamping':
    case 'pending':
      found.hurry.push(ours);
      return;
    case 'rejected':
    case 'expired':
    case 'review':
      // Which of two is the right one, and whether one that was canceled was, a person knows.
      if (hasTwin && theirs.status === 'valid') found.differences.push(duplicate(ours, theirs));
      else if (theirs.status === 'valid') found.adopt.push({ ours, theirs });
      return;
    case 'valid':
      compareValid(ours, theirs, found);
      return;
    case 'canceled':
      if (theirs.status !== 'valid') return;
      found.differences.push(
        isTheSame(ours, theirs)
          ? differs(ours, theirs, [{ what: 'status', ours: 'canceled', theirs: 'valid' }])
          : duplicate(ours, theirs),
      );
  }
}

function compareValid(ours: OurInvoice, theirs: TheirInvoice, found: Writable<Findings>): void {
  if (!isTheSame(ours, theirs)) {
    if (theirs.status === 'valid') found.differences.push(duplicate(ours, theirs));
    return;
  }
  const differing = [
    { what: 'uuid', ours: ours.uuid, theirs: theirs.uuid },
    { what: 'total', ours: new Decimal(ours.total).toFixed(), theirs: theirs.total },
    {
      what: 'folio',
      ours: folioOf(ours),
      theirs: theirs.folioNumber === null ? null : folioOf(theirs),
    },
  ].filter((one) => one.theirs !== null && one.ours !== one.theirs);
  if (differing.length > 0) {
    found.differences.push(differs(ours, theirs, differing));
    if (differing[0]!.what === 'uuid') return;
  }
  if (theirs.status === 'canceled') found.cancel.push({ ours, theirs });
  else if (theirs.cancellationStatus !== ours.cancellationStatus) found.read.push(ours);
}

function isStamped({ status }: TheirInvoice): boolean {
  return status === 'valid' || status === 'canceled';
}

/** The same object there, or the same CFDI. */
export function isTheSame(ours: OurInvoice, theirs: TheirInvoice): boolean {
  return ours.facturapiId === theirs.id || (ours.uuid !== null && ours.uuid === theirs.uuid);
}

function folioOf({ series, folioNumber }: Pick<TheirInvoice, 'series' | 'folioNumber'>): string {
  return `${series}${folioNumber ?? ''}`;
}

function detailOf(theirs: TheirInvoice): Record<string, unknown> {
  const { uuid, total } = theirs;
  return { uuid, total, folio: folioOf(theirs) };
}

export function repaired(kind: 'adopted' | 'canceled_there', { ours, theirs }: Repair): Difference {
  const detail = { ...detailOf(theirs), status: ours.status };
  return { kind, invoiceId: ours.id, facturapiId: theirs.id, detail, repaired: true };
}

function duplicate(ours: OurInvoice, theirs: TheirInvoice): Difference {
  const detail = { ...detailOf(theirs), our_uuid: ours.uuid };
  const of = { invoiceId: ours.id, facturapiId: theirs.id };
  return { kind: 'duplicate_in_facturapi', ...of, detail, repaired: false };
}

function supersededBut(ours: OurInvoice, theirs: TheirInvoice): Difference {
  const detail = { ...detailOf(theirs), our_uuid: ours.uuid };
  const of = { invoiceId: ours.id, facturapiId: theirs.id };
  return { kind: 'superseded_but_stamped', ...of, detail, repaired: false };
}

function differs(
  ours: OurInvoice,
  theirs: TheirInvoice,
  fields: ReadonlyArray<{ what: string; ours: string | null; theirs: string | null }>,
): Difference {
  const of = { invoiceId: ours.id, facturapiId: theirs.id };
  return { kind: 'data_differs', ...of, detail: { uuid: theirs.uuid, fields }, repaired: false };
}

/** Not taken over: why, in a code. */
export function notTakenOver(
  facturapiId: string | null,
  reason: 'unreadable' | 'without_folio' | 'folio_taken' | 'uuid_taken',
  o: { invoiceId?: string | null; detail?: Readonly<Record<string, unknown>> } = {},
): Difference {
  const detail = { ...o.detail, reason };
  const of = { invoiceId: o.invoiceId ?? null, facturapiId };
  return { kind: 'data_differs', ...of, detail, repaired: false };
}

export function takenOver(invoiceId: string, theirs: TheirInvoice): Difference {
  const of = { invoiceId, facturapiId: theirs.id };
  return { kind: 'made_elsewhere', ...of, detail: detailOf(theirs), repaired: true };
}
