import { CheckSum } from '@nodecfdi/rfc';
import type { CustomerInput } from '../../cfdi/document.ts';
import names from './made-up-names.json' with { type: 'json' };

/**
 * Customers that could be anybody's and are nobody's: the same seed makes the same ones, so that
 * a demo, a test or a measurement can be repeated. Their RFCs have the right check digit. Surnames
 * and given names are as unevenly spread as real ones are: few are very common, and one surname in
 * five is rare. Many companies have a made-up brand. So a large directory has tens of thousands of
 * different words.
 */
export function* madeUpCustomers(seed: number, count: number): Generator<CustomerInput> {
  const random = mulberry32(seed);
  for (let i = 0; i < count; i += 1) {
    yield random() < 0.6 ? company(random) : person(random);
  }
}

type Random = () => number;

function company(random: Random): CustomerInput {
  const name = companyName(random);
  const legal_name = name.join(' ');
  return {
    legal_name,
    tax_id: rfc(initials(legal_name, 3), random),
    tax_system: pick(['601', '601', '601', '626', '603'], random),
    email: `facturas@${slug(name.slice(0, 2).join(''))}.mx`,
    default_invoice_use: 'G03',
    address: { zip: pick(names.zips, random) },
  };
}

function companyName(random: Random): string[] {
  const trade = pick(names.trades, random);
  const kind = random();
  if (kind < 0.35) return [trade, brand(random)];
  if (kind < 0.5) return [brand(random), trade, pick(names.places, random)];
  if (kind < 0.6) return [brand(random), pick(names.adjectives, random)];
  if (kind < 0.75) {
    const kin = pick(['HERMANOS', 'E HIJOS', 'Y ASOCIADOS', 'Y COMPAÑÍA'], random);
    return [trade, surname(random), kin];
  }
  if (kind < 0.8) return [`${letters(random)}&${letters(random)}`, trade];
  const place = [pick(names.adjectives, random), pick(names.places, random)];
  return random() < 0.35 ? [trade, surname(random), ...place] : [trade, ...place];
}

function brand(random: Random): string {
  const middles = random() < 0.4 ? 2 : 1;
  const parts = Array.from({ length: middles }, () => pick(names.brand_middles, random));
  return [pick(names.brand_starts, random), ...parts, pick(names.brand_ends, random)].join('');
}

function letters(random: Random): string {
  return pick('ABCDEFGHIJLMNPRSTV'.split(''), random);
}

function person(random: Random): CustomerInput {
  const given = common(names.given_names, random);
  const [father, mother] = [surname(random), surname(random)];
  const vowel = /[AEIOU]/.exec(plain(father).slice(1))?.[0] ?? 'X';
  const start = `${plain(father)[0]}${vowel}${plain(mother)[0]}${plain(given)[0]}`;
  const number = Math.floor(random() * 100);
  return {
    legal_name: `${given} ${father} ${mother}`,
    tax_id: rfc(start, random),
    tax_system: pick(['612', '626', '605', '606'], random),
    email: `${slug(given.split(' ')[0]!)}.${slug(father)}${number}@correo.mx`,
    default_invoice_use: 'S01',
    address: { zip: pick(names.zips, random) },
  };
}

function surname(random: Random): string {
  if (random() < 0.8) return common(names.surnames, random);
  const parts = [names.brand_starts, names.brand_middles, names.rare_surname_ends];
  return parts.map((list) => pick(list, random)).join('');
}

function rfc(start: string, random: Random): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const date = [50 + random() * 50, 1 + random() * 12, 1 + random() * 28].map(Math.floor);
  const code = Array.from({ length: 2 }, () => HOMOCLAVE[Math.floor(random() * HOMOCLAVE.length)]);
  const whole = `${start}${date.map(two).join('')}${code.join('')}`;
  return whole + new CheckSum().calculate(`${whole}0`);
}

function initials(name: string, length: number): string {
  const words = plain(name)
    .split(/[^A-Z]+/)
    .filter((word) => word.length > 2);
  return words
    .map((word) => word[0])
    .join('')
    .concat('XXX')
    .slice(0, length);
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
}

function slug(text: string): string {
  return plain(text)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)]!;
}

/** From a list that begins with the most common: Zipf's law, flattened at its head. */
function common<T>(list: readonly T[], random: Random): T {
  const flat = 8;
  const nth = flat * ((list.length + flat) / flat) ** random() - flat;
  return list[Math.min(list.length - 1, Math.floor(nth))]!;
}

/** Mulberry32, T. Ettinger 2017: small, seeded, good enough for names. */
export function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const HOMOCLAVE = 'ABCDEFGHIJKLMNPQRSTUVWXYZ123456789';
