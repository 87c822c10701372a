import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { NewId } from '../../platform/clock.ts';
import { Problem } from '../../platform/http/problem.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { fileKindReader } from './file-kind.ts';
import { chunkBytes, openImportsMax } from './import-limits.ts';
import { tellChange } from './import-queue.ts';
import { UnreadableFile } from './unreadable-file.ts';
import { addChunk, beginUpload, dropUpload, endUpload, findSameFile } from './uploads-store.ts';

export interface UploadRequest {
  readonly tenantId: TenantId;
  readonly personId: string;
  readonly fileName: string;
  readonly dryRun: boolean;
  readonly stripCompanySuffix: boolean;
  readonly content: AsyncIterable<Buffer>;
}

export interface UploadOutcome {
  readonly id: string;
  /** The same file was imported before, or is being imported: this is that import. */
  readonly repeated: boolean;
}

/**
 * Writes a file to PostgreSQL while it arrives, a piece in memory at a time. From the last
 * commit on it is an import that any worker may take up.
 */
export async function receiveUpload(
  o: { readonly pool: pg.Pool; readonly newId: NewId },
  request: UploadRequest,
): Promise<UploadOutcome> {
  const { tenantId } = request;
  const id = o.newId();
  if (!(await beginUpload(o.pool, tenantId, { ...request, id }))) {
    const detail = `Ya hay ${openImportsMax} importaciones en curso. Espera a que termine alguna.`;
    throw new Problem(429, 'too_many_imports', detail, { retryAfterS: 30 });
  }
  try {
    const kind = fileKindReader();
    const hash = createHash('sha256');
    let bytes = 0;
    let number = 0;
    for await (const chunk of chunksOf(request.content)) {
      kind.push(chunk);
      hash.update(chunk);
      bytes += chunk.length;
      await addChunk(o.pool, tenantId, id, number, chunk);
      number += 1;
    }
    return await settle(o.pool, request, id, {
      kind: kind.end(),
      bytes,
      hash: hash.digest(),
    });
  } catch (error) {
    // Without PostgreSQL it is removed by its age.
    await dropUpload(o.pool, tenantId, id).catch(() => {});
    if (error instanceof UnreadableFile) throw new Problem(422, error.code, error.message);
    throw error;
  }
}

async function settle(
  pool: pg.Pool,
  request: UploadRequest,
  id: string,
  file: Parameters<typeof endUpload>[3],
): Promise<UploadOutcome> {
  const { tenantId, stripCompanySuffix } = request;
  // The notification goes after it by itself: a worker that looked too early looks again.
  const accepted = await endUpload(pool, tenantId, id, file);
  if (accepted) await tellChange(pool, { tenantId, id }, { work: true });
  if (accepted) return { id, repeated: false };
  const same = await findSameFile(pool, tenantId, file.hash, stripCompanySuffix);
  await dropUpload(pool, tenantId, id);
  if (same !== undefined) return { id: same, repeated: true };
  // It failed in this very moment.
  throw new Problem(503, 'temporarily_unavailable', 'Vuelve a subir el archivo.', {
    retryAfterS: 1,
  });
}

/** Pieces of one size, so that any byte's piece is known by its place. */
async function* chunksOf(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of content) {
    let rest = part;
    while (bytes + rest.length >= chunkBytes) {
      const fits = chunkBytes - bytes;
      yield Buffer.concat([...parts, rest.subarray(0, fits)]);
      rest = rest.subarray(fits);
      parts = [];
      bytes = 0;
    }
    if (rest.length === 0) continue;
    parts.push(rest);
    bytes += rest.length;
  }
  if (bytes > 0) yield Buffer.concat(parts);
}
