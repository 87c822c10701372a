/** How numbers, money and dates are written for people. */
import { words } from './words.ts';

const number = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 6 });
const percent = new Intl.NumberFormat(words.locale, { style: 'percent', maximumFractionDigits: 4 });
const day = new Intl.DateTimeFormat(words.locale, { day: 'numeric', month: 'short' });
const moment = new Intl.DateTimeFormat(words.locale, { dateStyle: 'medium', timeStyle: 'short' });
const time = new Intl.DateTimeFormat(words.locale, { timeStyle: 'short' });
const toTheSecond = new Intl.DateTimeFormat(words.locale, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
});
const clock = new Intl.DateTimeFormat(words.locale, { timeStyle: 'medium' });
const monies = new Map<string, Intl.NumberFormat>();

export function money(amount: number, currency = 'MXN'): string {
  let format = monies.get(currency);
  if (!format) {
    format = new Intl.NumberFormat(words.locale, { style: 'currency', currency });
    monies.set(currency, format);
  }
  return format.format(amount);
}

export function quantity(amount: number): string {
  return number.format(amount);
}

/** A tax rate: 0.16 -> 16%, 0.106667 -> 10.6667%. */
export function rate(fraction: number): string {
  return percent.format(fraction);
}

export function dateAndTime(instant: string): string {
  return moment.format(new Date(instant));
}

/** Day and time to the second, for what follows on each other within seconds. */
export function momentOf(instant: string): string {
  return toTheSecond.format(new Date(instant));
}

export function clockTime(instant: string): string {
  return clock.format(new Date(instant));
}

/** The hour for today, the day for any other date: what a list needs. */
export function shortDate(instant: string): string {
  const date = new Date(instant);
  return (date.toDateString() === new Date().toDateString() ? time : day).format(date);
}
