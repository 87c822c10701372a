import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { unitKeys } from '../cfdi/catalogs/unit-keys.ts';
import { localDateTime } from '../cfdi/time-zone.ts';
import type { Clock } from '../platform/clock.ts';
import { isKnown } from '../platform/http/entity-tags.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import { nullable, problems } from '../platform/http/schemas.ts';
import { type CatalogName, catalogNames, catalogOf, dated } from './catalogs.ts';
import { unitKeySearch } from './search-unit-keys.ts';

export const queryLengthMax = 100;
/** Days asked for are kept ready: nearly always it is today. */
export const answersKeptMax = 64;
/** SAT changes its catalogues a few times a year; a day's end changes what is valid. */
const maxAgeS = 3600;
/** The centre's time is what SAT publishes by. */
const zipOfMexicoCity = '06000';

const Query = {
  date: Type.Optional(
    Type.String({ format: 'date', description: 'Only what is valid that day; today if left out.' }),
  ),
  all: Type.Optional(
    Type.Literal('1', { description: 'All that there ever was, whatever the date.' }),
  ),
};
const CatalogQuery = Type.Object(Query, { additionalProperties: false });
const UnitKeyQuery = Type.Object(
  {
    ...Query,
    q: Type.Optional(
      Type.String({ maxLength: queryLengthMax, description: 'Part of key or name; best first.' }),
    ),
  },
  { additionalProperties: false },
);
const IfNoneMatch = Type.Object({
  'if-none-match': Type.Optional(Type.String({ maxLength: 1000 })),
});

const text = Type.String();
const validity = { valid_from: nullable(text), valid_to: nullable(text) };
const named = { code: text, name: text, ...validity };
const flag = Type.Boolean();

/** What an entry holds; of most catalogues code, name and dates. */
const ENTRIES: Partial<Record<CatalogName, Record<string, TSchema>>> = {
  uses: { ...named, person: flag, company: flag, tax_systems: Type.Array(text) },
  'tax-systems': { ...named, person: flag, company: flag },
  currencies: { ...named, decimals: Type.Integer() },
  states: { ...named, country: text },
  'tax-types': { ...named, withheld: flag, transferred: flag },
  'rate-rules': {
    kind: Type.Union([Type.Literal('fixed'), Type.Literal('range')]),
    min: text,
    max: text,
    type: text,
    factor: text,
    transferred: flag,
    withheld: flag,
    ...validity,
  },
};

const tags = ['catalogs'];
const config = { access: 'open' as const };

/** Open: they are SAT's, and the same for everybody. */
export function catalogRoutes(server: HttpServer, { clock }: { clock: Clock }): void {
  const today = () => localDateTime(clock.now(), zipOfMexicoCity).slice(0, 10);
  const onOf = (query: { date?: string; all?: '1' }) =>
    query.all === undefined ? (query.date ?? today()) : undefined;
  const answers = keptAnswers();
  const searchUnitKeys = unitKeySearch(unitKeys);

  for (const name of catalogNames.filter((one) => one !== 'unit-keys')) {
    server.get(
      `/api/catalogs/${name}`,
      { config, schema: schemaOf(name, CatalogQuery) },
      async (request, reply) =>
        send(reply, answers(name, onOf(request.query)), request.headers['if-none-match']),
    );
  }

  server.get(
    '/api/catalogs/unit-keys',
    { config, schema: schemaOf('unit-keys', UnitKeyQuery) },
    async (request, reply) => {
      const { q, ...query } = request.query;
      const on = onOf(query);
      const answer =
        q === undefined ? answers('unit-keys', on) : answerOf(searchUnitKeys(q, on).map(dated));
      return send(reply, answer, request.headers['if-none-match']);
    },
  );
}

function schemaOf<Q extends TSchema>(name: CatalogName, querystring: Q) {
  const entry = Type.Object(ENTRIES[name] ?? named);
  return {
    tags,
    querystring,
    headers: IfNoneMatch,
    response: {
      200: Type.Object({ data: Type.Array(entry) }),
      304: Type.Null(),
      ...problems(400),
    },
  };
}

interface Answer {
  readonly body: string;
  readonly etag: string;
}

function answerOf(data: readonly object[]): Answer {
  const body = JSON.stringify({ data });
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { body, etag: `"${hash}"` };
}

/** By catalogue and day, the oldest leaving first. */
function keptAnswers(): (name: CatalogName, on: string | undefined) => Answer {
  const kept = new Map<string, Answer>();
  return (name, on) => {
    const key = `${name} ${on ?? 'all'}`;
    const known = kept.get(key);
    if (known) return known;
    const answer = answerOf(catalogOf(name, on));
    if (kept.size >= answersKeptMax) kept.delete(kept.keys().next().value!);
    kept.set(key, answer);
    return answer;
  };
}

function send(reply: FastifyReply, { body, etag }: Answer, ifNoneMatch: string | undefined) {
  reply.header('etag', etag).header('cache-control', `public, max-age=${maxAgeS}`);
  if (isKnown(ifNoneMatch, etag)) return reply.code(304).send(null as never);
  return reply
    .type('application/json; charset=utf-8')
    .serializer(String)
    .send(body as never);
}
