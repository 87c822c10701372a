import { mulberry32 } from '../seed/made-up-customers.ts';

/** What somebody types for a customer whom they have in mind, by how it was typed. */
export interface MadeUpQuery {
  readonly kind: QueryKind;
  readonly typed: string;
  /** The same without its mistake. */
  readonly right: string;
  /** The customer's id. */
  readonly meant: string;
  readonly mistake: TypoKind | undefined;
}

export const queryKinds = [
  'name_start',
  'two_words',
  'one_word',
  'tax_id_start',
  'email_start',
  'typo_one_word',
  'typo_two_words',
] as const;
export type QueryKind = (typeof queryKinds)[number];

/** The classes of single mistakes: Damerau's four, and a letter that sounds the same. */
export const typoKinds = ['missing', 'extra', 'other', 'swapped', 'sound'] as const;
export type TypoKind = (typeof typoKinds)[number];

export interface Known {
  readonly id: string;
  readonly legal_name: string;
  readonly tax_id: string;
  readonly email: string | null;
}

/** Labelled queries, the same for the same seed: `each` of every kind, in turn about everybody. */
export function madeUpQueries(known: readonly Known[], seed: number, each: number): MadeUpQuery[] {
  const random = mulberry32(seed);
  return queryKinds.flatMap((kind) =>
    Array.from({ length: each }, () => {
      for (;;) {
        const one = known[Math.floor(random() * known.length)]!;
        const typed = typedFor(kind, one, random);
        if (typed) return { kind, ...typed, meant: one.id };
      }
    }),
  );
}

type Random = () => number;

interface Typed {
  readonly typed: string;
  readonly right: string;
  readonly mistake: TypoKind | undefined;
}

function typedFor(kind: QueryKind, one: Known, random: Random): Typed | undefined {
  const words = one.legal_name.split(' ').filter((word) => word.length >= 5);
  const word = words[Math.floor(random() * words.length)];
  switch (kind) {
    case 'name_start':
      return wellSpelt(one.legal_name.slice(0, 6 + Math.floor(random() * 10)));
    case 'two_words':
      return words.length < 2 ? undefined : wellSpelt([words[1], words[0]!.slice(0, 4)].join(' '));
    case 'one_word':
      return word ? wellSpelt(word) : undefined;
    case 'tax_id_start':
      return wellSpelt(one.tax_id.slice(0, 7 + Math.floor(random() * 4)).toLowerCase());
    case 'email_start':
      return one.email ? wellSpelt(one.email.slice(0, one.email.indexOf('@') + 7)) : undefined;
    case 'typo_one_word':
      return word ? misspelt([word], 0, random) : undefined;
    case 'typo_two_words':
      return words.length < 2
        ? undefined
        : misspelt(words.slice(0, 2), Math.floor(random() * 2), random);
  }
}

function wellSpelt(text: string): Typed {
  return { typed: text, right: text, mistake: undefined };
}

function misspelt(words: readonly string[], at: number, random: Random): Typed | undefined {
  const mistake = anyOf(typoKinds, random);
  const wrong = mistyped(words[at]!, mistake, random);
  if (wrong === undefined) return;
  return { typed: words.with(at, wrong).join(' '), right: words.join(' '), mistake };
}

/** Undefined where the word has no place for that mistake. The first letter is as it should be. */
export function mistyped(word: string, kind: TypoKind, random: Random): string | undefined {
  const at = 1 + Math.floor(random() * (word.length - 2));
  const letter = anyOf('ABCDEFGIJLMNOPRSTUVZ'.split(''), random);
  switch (kind) {
    case 'missing':
      return word.slice(0, at) + word.slice(at + 1);
    case 'extra':
      return word.slice(0, at) + letter + word.slice(at);
    case 'other':
      return word[at] === letter ? undefined : word.slice(0, at) + letter + word.slice(at + 1);
    case 'swapped':
      if (word[at] === word[at + 1]) return;
      return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
    case 'sound': {
      const fitting = ALIKE.filter(([written]) => word.includes(written));
      return fitting.length === 0 ? undefined : word.replace(...anyOf(fitting, random));
    }
  }
}

const ALIKE: ReadonlyArray<readonly [string, string]> = [
  ['V', 'B'],
  ['B', 'V'],
  ['Z', 'S'],
  ['S', 'Z'],
  ['CE', 'SE'],
  ['CI', 'SI'],
  ['LL', 'Y'],
  ['H', ''],
  ['GE', 'JE'],
  ['RR', 'R'],
  ['QU', 'K'],
];

function anyOf<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)]!;
}
