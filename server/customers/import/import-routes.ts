import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import type { NewId } from '../../platform/clock.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { notFound, Problem } from '../../platform/http/problem.ts';
import { IdParams, oneOf, problems } from '../../platform/http/schemas.ts';
import { validatorCompiler } from '../../platform/http/validation.ts';
import { principalOf } from '../../sessions/sessions.ts';
import { fileBytesMax, fileNameLengthMax } from './import-limits.ts';
import { ImportSchema } from './import-schemas.ts';
import { listImports, readImport } from './imports-store.ts';
import { receiveUpload } from './receive-upload.ts';

const tags = ['customers'];
const fieldsMax = 5;
const fieldBytesMax = 1_000;

const UploadQuery = Type.Object({
  dry_run: Type.Optional(oneOf('0', '1')),
  strip_company_suffix: Type.Optional(oneOf('0', '1')),
});
const Accepted = Type.Object({
  id: Type.String({ format: 'uuid' }),
  repeated: Type.Boolean({ description: 'The same file was sent before: this is its import' }),
});

export async function importRoutes(
  server: HttpServer,
  o: { readonly pool: pg.Pool; readonly newId: NewId },
): Promise<void> {
  // A scope of its own: nothing else takes files.
  await server.register(async (scope) => {
    const own = scope as unknown as HttpServer;
    await own.register(multipart, {
      limits: { fileSize: fileBytesMax, files: 1, fields: fieldsMax, fieldSize: fieldBytesMax },
    });
    uploadRoute(own, o);
  });

  server.get(
    '/api/customers/imports',
    {
      config: { access: 'signed_in' },
      schema: {
        tags,
        response: { 200: Type.Object({ data: Type.Array(ImportSchema) }), ...problems(401) },
      },
    },
    async (request) =>
      ({ data: await listImports(o.pool, principalOf(request).tenantId) }) as never,
  );

  server.get(
    '/api/customers/imports/:id',
    {
      config: { access: 'signed_in' },
      schema: { tags, params: IdParams, response: { 200: ImportSchema, ...problems(401, 404) } },
    },
    async (request) => {
      const found = await readImport(o.pool, principalOf(request).tenantId, request.params.id);
      if (!found) throw notFound();
      return found as never;
    },
  );
}

function uploadRoute(
  server: HttpServer,
  o: { readonly pool: pg.Pool; readonly newId: NewId },
): void {
  const asUsual = validatorCompiler();
  server.post(
    '/api/customers/imports',
    {
      config: { access: 'issuer' },
      // The body is described for readers; it is looked at while it arrives.
      validatorCompiler: (route) => (route.httpPart === 'body' ? () => true : asUsual(route)),
      schema: {
        tags,
        description:
          'A CSV or .xlsx as multipart/form-data, in the field `file`. With `dry_run=1` nothing is ' +
          'written; with `strip_company_suffix=1` "SA DE CV" and the like are taken off the names ' +
          'instead of refused.',
        consumes: ['multipart/form-data'],
        body: Type.Object({ file: Type.String({ format: 'binary' }) }),
        querystring: UploadQuery,
        response: { 202: Accepted, ...problems(400, 401, 403, 413, 415, 422, 429) },
      },
    },
    async (request, reply) => {
      const { tenantId, personId } = principalOf(request);
      const file = await fileOf(request);
      const outcome = await receiveUpload(o, {
        tenantId,
        personId,
        fileName: fileNameOf(file.filename),
        dryRun: request.query.dry_run === '1',
        stripCompanySuffix: request.query.strip_company_suffix === '1',
        content: whole(file),
      });
      return reply
        .code(202)
        .header('location', `/api/customers/imports/${outcome.id}`)
        .send(outcome);
    },
  );
}

async function fileOf(request: FastifyRequest): Promise<MultipartFile> {
  if (!request.isMultipart()) {
    const detail = 'Envía el archivo como multipart/form-data, en el campo «file».';
    throw new Problem(415, 'unsupported_media_type', detail);
  }
  const file = await request.file();
  if (file?.fieldname === 'file') return file;
  file?.file.resume();
  throw new Problem(422, 'file_missing', 'Falta el archivo: va en el campo «file».');
}

/** What the plugin cut off at the limit is not the file. */
async function* whole(file: MultipartFile): AsyncGenerator<Buffer> {
  for await (const chunk of file.file) yield chunk as Buffer;
  if (file.file.truncated) {
    const detail = `El archivo pesa más de ${fileBytesMax / 1024 / 1024} MB. Divídelo en varios.`;
    throw new Problem(413, 'file_too_large', detail);
  }
}

/** Shown to people, and used for nothing else. */
function fileNameOf(name: string): string {
  const bare = name.replace(/^.*[\\/]/, '').replace(/[\u0000-\u001f\u007f]/g, '');
  return bare.toWellFormed().slice(0, fileNameLengthMax).toWellFormed() || 'clientes';
}
