import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ListCursor, secondAfter, spanOfPage } from './list-cursor.ts';

interface Listed {
  readonly id: number;
  readonly ms: number;
}

const pageSize = 3;
const pageMax = 4;
const ofOneSecondMax = pageSize * pageMax;
const newest = new Date(60_000);

function pageOf(list: readonly Listed[], { before, page }: ListCursor) {
  const shown = list
    .filter((one) => one.ms < before.getTime())
    .sort((a, b) => b.ms - a.ms || b.id - a.id);
  const data = shown.slice((page - 1) * pageSize, page * pageSize);
  const oldest = data.at(-1);
  return {
    data,
    count: data.length,
    oldest: oldest && new Date(oldest.ms),
    pages: Math.ceil(shown.length / pageSize),
  };
}

/** Few seconds, so that many fall into one. */
const instants = fc.integer({ min: 0, max: 7_999 }).map((ms) => 50_000 + ms);
const crowdOf = (list: readonly Listed[]) =>
  Math.max(
    0,
    ...[...Map.groupBy(list, (one) => Math.floor(one.ms / 1_000)).values()].map((of) => of.length),
  );

test('every invoice is shown, whatever comes and goes while the list is read', () => {
  fc.assert(
    fc.property(
      fc.array(instants, { maxLength: 60 }),
      fc.infiniteStream(fc.option(instants, { freq: 2 })),
      fc.infiniteStream(fc.option(fc.nat(), { freq: 3 })),
      (dates, arrivals, departures) => {
        const list: Listed[] = dates.map((ms, id) => ({ id, ms }));
        const seen = new Set<number>();
        const gone = new Set<number>();
        let cursor: ListCursor | undefined = { before: newest, page: 1 };
        for (let asked = 0; cursor; asked += 1) {
          assert.ok(asked < 500, 'it does not come to an end');
          const page = pageOf(list, cursor);
          for (const { id } of page.data) seen.add(id);
          const span = spanOfPage(cursor, page, { pageMax });
          fc.pre(!span.beyondPages);
          const from = span.wholeFrom?.getTime() ?? 0;
          const whole = list.filter((one) => one.ms >= from && one.ms < cursor!.before.getTime());
          const early = whole.filter((one) => one.id < dates.length);
          assert.ok(
            early.every((one) => seen.has(one.id)),
            'shown as whole, and is not',
          );
          cursor = span.next;
          const arrival = arrivals.next().value;
          if (arrival !== null) list.push({ id: dates.length + asked, ms: arrival! });
          const departure = departures.next().value;
          // Inside a crowded second the pages are counted: only there a departure can hide another.
          if (departure !== null && cursor?.page === 1 && list.length > 0) {
            const [left] = list.splice(departure! % list.length, 1);
            gone.add(left!.id);
          }
          fc.pre(crowdOf(list) <= ofOneSecondMax);
        }
        for (const [id] of dates.entries()) assert.ok(seen.has(id) || gone.has(id), `lost ${id}`);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('of a second with more than all pages show the rest is given up, and that is told', () => {
  const list = Array.from({ length: 20 }, (_, id) => ({ id, ms: id < 18 ? 50_500 : 40_000 }));
  const seen = new Set<number>();
  let told = 0;
  for (let cursor: ListCursor | undefined = { before: newest, page: 1 }; cursor; ) {
    const page = pageOf(list, cursor);
    for (const { id } of page.data) seen.add(id);
    const span = spanOfPage(cursor, page, { pageMax });
    if (span.beyondPages) told += 1;
    cursor = span.next;
  }
  assert.equal(seen.size, ofOneSecondMax + 2);
  assert.ok(told > 0);
});

test('a list whose invoices have no dates ends', () => {
  const shown = { count: 3, oldest: undefined, pages: 9 };
  let cursor: ListCursor | undefined = { before: newest, page: 1 };
  for (let asked = 1; cursor; asked += 1) {
    assert.ok(asked <= pageMax);
    cursor = spanOfPage(cursor, shown, { pageMax }).next;
  }
});

test('an instant on the second belongs to the second that begins', () => {
  assert.equal(secondAfter(new Date(5_000)).getTime(), 6_000);
  assert.equal(secondAfter(new Date(5_999)).getTime(), 6_000);
});
