import { localDateTime } from '../../server/cfdi/time-zone.ts';

export const periodicities = ['day', 'week', 'fortnight', 'month', 'two_months'] as const;

export type Periodicity = (typeof periodicities)[number];

/** Local dates of the issuer's place, YYYY-MM-DD, both inclusive. */
export interface Period {
  first: string;
  last: string;
}

/** The last period that is over: yesterday, last week from Monday, last month, and so on. */
export function lastPeriod(periodicity: Periodicity, now: Date, zip: string): Period {
  const today = dayOf(localDateTime(now, zip).slice(0, 10));
  const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  switch (periodicity) {
    case 'day':
      return period(year, month, day - 1, day - 1);
    case 'week': {
      const monday = day - ((today.getUTCDay() + 6) % 7);
      return period(year, month, monday - 7, monday - 1);
    }
    case 'fortnight':
      return day > 15 ? period(year, month, 1, 15) : period(year, month - 1, 16, 0, 1);
    case 'month':
      return period(year, month - 1, 1, 0, 1);
    case 'two_months': {
      const start = month - (month % 2) - 2;
      return period(year, start, 1, 0, 2);
    }
  }
}

/** Days count from the first month; the last one `monthsAfter` it, where 0 ends the one before. */
function period(year: number, month: number, first: number, last: number, monthsAfter = 0): Period {
  return { first: text(year, month, first), last: text(year, month + monthsAfter, last) };
}

function text(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

function dayOf(date: string): Date {
  return new Date(`${date}T00:00:00Z`);
}

/** The instants that a period spans on the clocks of a place. */
export function instantsOf({ first, last }: Period, zip: string): { from: Date; to: Date } {
  const next = new Date(dayOf(last).getTime() + 86_400_000).toISOString().slice(0, 10);
  return { from: midnight(first, zip), to: new Date(midnight(next, zip).getTime() - 1) };
}

/** When a local day begins: midnight of UTC, moved by as much as the place's clock is off it. */
function midnight(date: string, zip: string): Date {
  const utc = dayOf(date);
  const offset = Date.parse(`${localDateTime(utc, zip)}Z`) - utc.getTime();
  const guess = new Date(utc.getTime() - offset);
  // On a day when clocks change the offset at midnight may be another.
  const error = Date.parse(`${localDateTime(guess, zip)}Z`) - utc.getTime();
  return new Date(guess.getTime() - error);
}

/** c_Meses: a month by its number, two of them by 13 (January and February) to 18. */
export function monthsCode(periodicity: Periodicity, last: string): string {
  const month = Number(last.slice(5, 7));
  const code = periodicity === 'two_months' ? 12 + Math.ceil(month / 2) : month;
  return String(code).padStart(2, '0');
}
