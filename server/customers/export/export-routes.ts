import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { notFound } from '../../platform/http/problem.ts';
import { IdParams, oneOf, problems } from '../../platform/http/schemas.ts';
import { principalOf } from '../../sessions/sessions.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { COLUMNS } from '../import/customer-columns.ts';
import { type RowKind, readToldRows } from '../import/import-rows-store.ts';
import { readHeadingsOf } from '../import/imports-store.ts';
import { csvText } from './csv-text.ts';
import { readExportPage } from './export-store.ts';
import type { Table } from './table-rows.ts';
import { xlsxBytes } from './xlsx-bytes.ts';

/** Rows read at a time; between two of them nothing is held in the database. */
export const exportPageRows = 1_000;
const firstId = '00000000-0000-0000-0000-000000000000';

type Format = 'csv' | 'xlsx';
const TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
const tags = ['customers'];
const fileAnswer = {
  description: 'The file',
  content: Object.fromEntries(
    Object.values(TYPES).map((type) => [type, { schema: Type.String({ format: 'binary' }) }]),
  ),
};

/** What leaves as a file: the directory, and what an import tells of its rows. */
export function exportRoutes(server: HttpServer, o: { readonly pool: pg.Pool }): void {
  server.get(
    '/api/customers/export',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        querystring: Type.Object({ format: Type.Optional(oneOf('csv', 'xlsx')) }),
        response: { 200: fileAnswer, ...problems(400, 401) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const format = (request.query.format ?? 'csv') as Format;
      return sendTable(reply, directoryTable(o.pool, tenantId), format, 'clientes');
    },
  );

  for (const [path, format] of [
    ['/api/customers/imports/:id/errors', 'csv'],
    ['/api/customers/imports/:id/errors.xlsx', 'xlsx'],
  ] as const) {
    server.get(
      path,
      {
        config: { access: 'signed_in' },
        schema: {
          tags,
          params: IdParams,
          querystring: Type.Object({ kind: Type.Optional(oneOf('rejected', 'noted')) }),
          response: { 200: fileAnswer, ...problems(400, 401, 404) },
        },
      },
      async (request, reply) => {
        const { tenantId } = principalOf(request);
        const { id } = request.params;
        const kind = (request.query.kind ?? 'rejected') as RowKind;
        const headings = await readHeadingsOf(o.pool, tenantId, id);
        if (!headings) throw notFound();
        const table = toldTable(o.pool, tenantId, { id, kind, headings });
        return sendTable(reply, table, format, kind === 'noted' ? 'avisos' : 'errores');
      },
    );
  }
}

function sendTable(reply: FastifyReply, table: Table, format: Format, name: string): FastifyReply {
  const content = format === 'csv' ? csvText(table) : xlsxBytes(table);
  return reply
    .type(TYPES[format])
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
    .header('cache-control', 'no-store')
    .send(Readable.from(content, { objectMode: false }) as never);
}

function directoryTable(pool: pg.Pool, tenantId: TenantId): Table {
  return {
    headings: COLUMNS.map(({ label }) => label),
    async *rows() {
      let after = firstId;
      for (;;) {
        const page = await readExportPage(pool, tenantId, after, exportPageRows);
        yield page.map(({ cells }) => cells);
        if (page.length < exportPageRows) return;
        after = page.at(-1)!.id;
      }
    },
  };
}

/** With the row as it stood in the file, so that it can be put right here and imported again. */
function toldTable(
  pool: pg.Pool,
  tenantId: TenantId,
  told: { readonly id: string; readonly kind: RowKind; readonly headings: readonly string[] },
): Table {
  return {
    headings: ['Fila', 'Columna', 'Motivo', ...told.headings],
    async *rows() {
      let after = 0;
      for (;;) {
        const page = await readToldRows(pool, tenantId, told.id, {
          kind: told.kind,
          after,
          limit: exportPageRows,
        });
        yield page.map(({ row, columns, reason, cells }) => [
          String(row),
          columns,
          reason,
          ...cells,
        ]);
        if (page.length < exportPageRows) return;
        after = page.at(-1)!.row;
      }
    },
  };
}
