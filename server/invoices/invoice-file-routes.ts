import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import type { HttpServer } from '../platform/http/http-server.ts';
import { IdParams, problems } from '../platform/http/schemas.ts';
import { principalOf } from '../sessions/sessions.ts';
import type { Invoices } from './invoices.ts';

const MEDIA = { pdf: 'application/pdf', xml: 'application/xml; charset=utf-8' } as const;
const FileQuery = Type.Object({ download: Type.Optional(Type.Literal('1')) });

/** The bytes as FacturAPI gave them, kept here: the second time costs no call. */
export function invoiceFileRoutes(server: HttpServer, invoices: Invoices): void {
  for (const kind of ['pdf', 'xml'] as const) {
    server.get(
      `/api/invoices/:id/${kind}`,
      {
        config: { access: 'signed_in' },
        schema: {
          tags: ['invoices'],
          params: IdParams,
          querystring: FileQuery,
          response: {
            200: {
              description: `The ${kind.toUpperCase()} of the CFDI`,
              content: {
                [MEDIA[kind].split(';')[0]!]: {
                  schema: Type.String({ format: 'binary' }),
                },
              },
            },
            304: Type.Null(),
            ...problems(401, 404, 409),
          },
        },
      },
      async (request, reply) => {
        const { tenantId } = principalOf(request);
        const { id } = request.params;
        const file = { tenantId, id, kind, requestId: request.id };
        const { invoice, content } = await invoices.file(file);
        const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
        if (request.headers['if-none-match'] === etag) {
          return reply.code(304).header('etag', etag).send(null);
        }
        const disposition = request.query.download ? 'attachment' : 'inline';
        const name = `${invoice.series}${invoice.folio_number}.${kind}`;
        return (
          reply
            .type(MEDIA[kind])
            .header('content-disposition', `${disposition}; filename="${name}"`)
            // A cancelled invoice's PDF is another document: ask each time, send once.
            .header('cache-control', 'private, no-cache')
            .header('etag', etag)
            .header('x-frame-options', 'SAMEORIGIN')
            .send(content as never)
        );
      },
    );
  }
}
