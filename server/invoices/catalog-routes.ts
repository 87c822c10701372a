import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import {
  currencies,
  paymentForms,
  paymentMethods,
  taxabilities,
  taxSystems,
  uses,
} from '../cfdi/catalogs/catalogs.ts';
import { unitKeys } from '../cfdi/catalogs/unit-keys.ts';
import type { HttpServer } from '../platform/http/http-server.ts';

const Entry = Type.Object(
  {
    code: Type.String(),
    name: Type.String(),
    /** Of a use of the CFDI: the regimes of the receivers who may give it. */
    tax_systems: Type.Optional(Type.Array(Type.String())),
  },
  { additionalProperties: true },
);
const CatalogSchema = Type.Object({ data: Type.Array(Entry) });
const unitKeysShown = 50;

/** SAT's small catalogues (CFDI 4.0), served from the product's own data. */
export function catalogRoutes(server: HttpServer): void {
  const catalogs = {
    'payment-forms': paymentForms,
    'payment-methods': paymentMethods,
    uses,
    'tax-systems': taxSystems,
    currencies,
    taxabilities,
  };
  const config = { access: 'open' as const };
  for (const [name, data] of Object.entries(catalogs)) {
    const body = JSON.stringify({ data });
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    server.get(
      `/api/catalogs/${name}`,
      {
        config,
        schema: { tags: ['catalogs'], response: { 200: CatalogSchema, 304: Type.Null() } },
      },
      async (request, reply) => {
        reply.header('etag', etag).header('cache-control', 'public, max-age=3600');
        if (request.headers['if-none-match'] === etag) return reply.code(304).send(null);
        return reply
          .type('application/json; charset=utf-8')
          .serializer(String)
          .send(body as never);
      },
    );
  }
  const UnitQuery = Type.Object({ q: Type.Optional(Type.String({ maxLength: 100 })) });
  const folded = unitKeys.map((unit) => ({
    unit,
    name: fold(unit.name),
    text: fold(`${unit.code} ${unit.name}`),
  }));
  server.get(
    '/api/catalogs/unit-keys',
    {
      config,
      schema: { tags: ['catalogs'], querystring: UnitQuery, response: { 200: CatalogSchema } },
    },
    async (request) => {
      const q = fold(request.query.q ?? '').trim();
      const words = q.split(/\s+/);
      const found = folded
        .filter(({ text }) => words.every((word) => text.includes(word)))
        .map((entry) => ({ ...entry, rank: rankOf(entry, q) }))
        .sort((a, b) => a.rank - b.rank);
      return { data: found.slice(0, unitKeysShown).map(({ unit }) => ({ ...unit })) };
    },
  );
}

/** The code itself, then the unit's whole name, names that start so, and the rest as listed. */
function rankOf({ unit, name }: { unit: { code: string }; name: string }, q: string): number {
  if (unit.code.toLowerCase() === q) return 0;
  if (name === q) return 1;
  return name.startsWith(q) ? 2 : 3;
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
