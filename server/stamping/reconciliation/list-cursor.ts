import type { ListBounds } from './reconciliation-limits.ts';
import type { ListPage } from './their-invoice.ts';

/** Where a page stands: page `page` of all that is dated before `before`, newest first. */
export interface ListCursor {
  readonly before: Date;
  readonly page: number;
}

export interface PageSpan {
  /** Undefined after the last page. */
  readonly next: ListCursor | undefined;
  /**
   * Of what is dated from here on, and before the page's own cursor, this page and those before it
   * show everything. Undefined: everything that is left.
   */
  readonly wholeFrom: Date | undefined;
  /** Whether the next page shows once more what is dated before `wholeFrom`. */
  readonly relists: boolean;
  /** More of one second than FacturAPI has pages for: the rest of that second cannot be listed. */
  readonly beyondPages: boolean;
}

/**
 * Goes on by date and not by page: an invoice that appears or goes while we read moves the pages
 * under our hands, but no dates, and FacturAPI counts no further than page 30.
 *
 *   before 12:00:07 ── page 1, down to 12:00:03.250 ──> before 12:00:04, page 1
 *                   └─ page 1, all within 12:00:06   ──> before 12:00:07, page 2
 *
 * The next page begins with the whole second in which this one ended, so that it makes no
 * difference how finely FacturAPI compares dates; what stands on both pages is known by its id.
 */
export function spanOfPage(
  cursor: ListCursor,
  shown: Pick<ListPage, 'count' | 'oldest' | 'pages'>,
  { pageMax }: Pick<ListBounds, 'pageMax'>,
): PageSpan {
  const { before, page } = cursor;
  if (shown.count === 0 || page >= shown.pages) return everything;
  const next = shown.oldest ? secondAfter(shown.oldest) : before;
  if (next < before) {
    return {
      next: { before: next, page: 1 },
      wholeFrom: next,
      relists: true,
      beyondPages: false,
    };
  }
  if (page < pageMax) {
    return { ...everything, next: { before, page: page + 1 }, wholeFrom: before };
  }
  if (!shown.oldest) return { ...everything, beyondPages: true };
  const older = new Date(before.getTime() - 1_000);
  const on = { before: older, page: 1 };
  return { next: on, wholeFrom: before, relists: false, beyondPages: true };
}

const everything: PageSpan = {
  next: undefined,
  wholeFrom: undefined,
  relists: false,
  beyondPages: false,
};

export function secondAfter(date: Date): Date {
  return new Date((Math.floor(date.getTime() / 1_000) + 1) * 1_000);
}
