import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { NewId } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logging.ts';
import { isBlank } from './file-row.ts';
import {
  attemptsMax,
  batchRows,
  heartbeatMs,
  restMsMax,
  restMsMin,
  restShare,
} from './import-limits.ts';
import {
  endDone,
  endFailed,
  type HeldImport,
  handBack,
  keepLease,
  noteReading,
  othersWait,
} from './import-queue.ts';
import { type OpenFile, openFile } from './open-file.ts';
import { cleanText, type ReadRow, readRow } from './read-row.ts';
import { type StoredFile, storedFile } from './stored-file.ts';
import { type Survey, surveyFile } from './survey-file.ts';
import { UnreadableFile } from './unreadable-file.ts';
import { readChunk } from './uploads-store.ts';
import { writeBatch } from './write-batch.ts';

export interface RunOptions {
  readonly pool: pg.Pool;
  readonly newId: NewId;
  readonly log: Logger;
  /** The worker stops: what was begun is handed on at once. */
  readonly stopping: AbortSignal;
  /** After it a company that waits goes first. */
  readonly turnMs: number;
}

/**
 *   survey the whole file -> batch, rest, batch, rest ... -> done
 *         |                    |           '-> handed_back   its turn is over, or the worker stops
 *         '-> failed           '-> lost                      another worker has the lease
 * After a kill the next worker surveys the file again, which is what it was, and goes on behind the
 * last row that was committed.
 */
export type RunOutcome = 'done' | 'failed' | 'handed_back' | 'lost';

export async function runImport(o: RunOptions, held: HeldImport): Promise<RunOutcome> {
  if (held.attempts > attemptsMax) {
    const message = 'El archivo no se pudo procesar. Guárdalo de nuevo o envíalo a soporte.';
    await endFailed(o.pool, held, { code: 'import_gave_up', message });
    return 'failed';
  }
  const lease = holdLease(o, held);
  try {
    return await readAndWrite(o, held, lease.signal);
  } catch (error) {
    if (error instanceof UnreadableFile) {
      await endFailed(o.pool, held, error);
      return 'failed';
    }
    if (o.stopping.aborted) return await handedBack(o, held);
    if (lease.signal.aborted) return 'lost';
    throw error;
  } finally {
    lease.stop();
  }
}

async function readAndWrite(
  o: RunOptions,
  held: HeldImport,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const turnEndsMs = performance.now() + o.turnMs;
  const pace = makePace(signal);
  const file = await openFile(fileOf(o.pool, held), held.file);
  const survey = await surveyFile(file, {
    stripCompanySuffix: held.stripCompanySuffix,
    pace,
  });
  if (!(await noteReading(o.pool, held, survey.rows, readingOf(file, survey)))) return 'lost';
  let { preview } = held;
  for await (const rows of batchesOf(file, survey, held)) {
    const written = await writeBatch(o, held, survey, { rows, preview });
    if (!written) return 'lost';
    preview = written.preview;
    await pace();
    if (performance.now() > turnEndsMs && (await othersWait(o.pool, held))) {
      return handedBack(o, held);
    }
  }
  await endDone(o.pool, held);
  return 'done';
}

export function fileOf(pool: pg.Pool, held: HeldImport): StoredFile {
  return storedFile(held.fileBytes, (number) => readChunk(pool, held.tenantId, held.id, number));
}

/** What is left to do, in pieces of `batchRows`. */
export async function* batchesOf(
  file: OpenFile,
  survey: Survey,
  held: HeldImport,
): AsyncGenerator<ReadRow[]> {
  const from = Math.max(survey.headingRow, held.lastRow);
  let batch: ReadRow[] = [];
  for await (const piece of file.rows()) {
    for (const row of piece) {
      if (row.row <= from || isBlank(row.cells)) continue;
      batch.push(readRow(row, survey.reading, held));
      if (batch.length < batchRows) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function readingOf(file: OpenFile, { reading }: Survey): object {
  return {
    sheet: file.sheet,
    other_sheets: file.otherSheets,
    columns: [...reading.columns].map(([field, at]) => ({ heading: reading.headings[at], field })),
    ignored_columns: reading.ignored,
    headings: reading.headings.map(cleanText),
  };
}

async function handedBack(o: RunOptions, held: HeldImport): Promise<RunOutcome> {
  await handBack(o.pool, held);
  return 'handed_back';
}

/** As much rest as work, so that whoever searches meanwhile finds a free core. */
function makePace(signal: AbortSignal): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    signal.throwIfAborted();
    const restMs = Math.min((performance.now() - sinceMs) * restShare, restMsMax);
    if (restMs < restMsMin) return;
    await wait(restMs, undefined, { signal });
    sinceMs = performance.now();
  };
}

/** Keeps the lease while it works; its signal tells that it is lost, or that the worker stops. */
function holdLease(o: RunOptions, held: HeldImport): { signal: AbortSignal; stop(): void } {
  const lost = new AbortController();
  const timer = setInterval(() => {
    keepLease(o.pool, held).then(
      (kept) => {
        if (!kept) lost.abort();
      },
      // Without PostgreSQL nothing is written either; if it stays away the lease runs out.
      (error) => o.log.debug({ err: error, import: held.id }, 'the lease could not be kept'),
    );
  }, heartbeatMs);
  return {
    signal: AbortSignal.any([lost.signal, o.stopping]),
    stop: () => clearInterval(timer),
  };
}
