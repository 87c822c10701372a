import { CheckSum } from '@nodecfdi/rfc';
import type { CustomerFields } from './customers.ts';
import names from './made-up-names.json' with { type: 'json' };

/**
 * Customers that could be anybody's and are nobody's: the same seed makes the same ones, so that
 * a demo, a test or a measurement can be repeated. Their RFCs have the right check digit.
 */
export function* madeUpCustomers(seed: number, count: number): Generator<CustomerFields> {
  const random = mulberry32(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  for (let i = 0; i < count; i += 1) {
    yield random() < 0.6 ? company(pick, random) : person(pick, random);
  }
}

type Pick = <T>(list: readonly T[]) => T;

function company(pick: Pick, random: () => number): CustomerFields {
  const name = [pick(names.trades), pick(names.adjectives), pick(names.places)];
  if (random() < 0.35) name.splice(1, 0, pick(names.surnames));
  const legal_name = name.join(' ');
  const letters = initials(legal_name, 3);
  return {
    legal_name,
    tax_id: rfc(letters, random),
    tax_system: pick(['601', '601', '601', '626', '603']),
    email: `facturas@${slug(name.slice(0, 2).join(''))}.mx`,
    default_invoice_use: 'G03',
    address: { zip: pick(names.zips) },
  };
}

function person(pick: Pick, random: () => number): CustomerFields {
  const [given, father, mother] = [
    pick(names.given_names),
    pick(names.surnames),
    pick(names.surnames),
  ];
  const vowel = /[AEIOU]/.exec(plain(father).slice(1))?.[0] ?? 'X';
  const letters = `${plain(father)[0]}${vowel}${plain(mother)[0]}${plain(given)[0]}`;
  return {
    legal_name: `${given} ${father} ${mother}`,
    tax_id: rfc(letters, random),
    tax_system: pick(['612', '626', '605', '606']),
    email: `${slug(given.split(' ')[0]!)}.${slug(father)}@correo.mx`,
    default_invoice_use: 'S01',
    address: { zip: pick(names.zips) },
  };
}

function rfc(letters: string, random: () => number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const date = [50 + random() * 50, 1 + random() * 12, 1 + random() * 28].map(Math.floor);
  const code = Array.from({ length: 2 }, () => HOMOCLAVE[Math.floor(random() * HOMOCLAVE.length)]);
  const start = `${letters}${date.map(two).join('')}${code.join('')}`;
  return start + new CheckSum().calculate(`${start}0`);
}

function initials(name: string, length: number): string {
  const words = plain(name)
    .split(' ')
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

/** Mulberry32, T. Ettinger 2017: small, seeded, good enough for names. */
function mulberry32(seed: number): () => number {
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
