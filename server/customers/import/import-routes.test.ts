import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { cleanupsOfBlock } from '../../../test/support/cleanups.ts';
import { makeTenant, silentLog } from '../../../test/support/records.ts';
import { newId } from '../../platform/clock.ts';
import { type WebWorker, type Who, webWorker } from '../../stamping/test-web-worker.ts';
import type { TenantId } from '../../tenants/tenants.ts';
import { fileBytesMax, turnMsMax } from './import-limits.ts';
import { claimImport } from './import-queue.ts';
import { receiveUpload } from './receive-upload.ts';
import { runImport } from './run-import.ts';
import { csv, HEADINGS, ROBOTICA, XENON, xlsx } from './test-imports.ts';

const boundary = 'una-frontera';

function form(content: string | Uint8Array, field = 'file', fileName = 'mis clientes.csv') {
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${fileName}"` +
          '\r\nContent-Type: application/octet-stream\r\n\r\n',
      ),
      Buffer.from(content),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  };
}

describe('imports and exports over HTTP', () => {
  const cleanups = cleanupsOfBlock();
  let worker: WebWorker;
  const path = '/api/customers/imports';
  before(async () => {
    worker = await webWorker(cleanups);
  });

  const send = (content: string | Uint8Array, query = '', who: Who = 'issuer') =>
    worker.call(who, 'POST', `${path}${query}`, form(content));
  const runAll = async () => {
    for (;;) {
      const held = await claimImport(worker.admin, 'test');
      if (!held) return;
      const stopping = new AbortController().signal;
      await runImport(
        { pool: worker.admin, newId, log: silentLog, stopping, turnMs: turnMsMax },
        held,
      );
    }
  };
  const imported = async (content: string | Uint8Array, query?: string) => {
    const { status, body, headers } = await send(content, query);
    assert.equal(status, 202, JSON.stringify(body));
    assert.equal(headers.location, `${path}/${body.id}`);
    await runAll();
    return (await worker.call('viewer', 'GET', `${path}/${body.id}`)).body;
  };

  test('a file is taken, and what became of it is told to everybody of the company', async () => {
    const { id, body } = await send(csv([XENON, ['MALO']])).then(async ({ body }) => ({
      id: body.id,
      body: (await worker.call('issuer', 'GET', `${path}/${body.id}`)).body,
    }));
    assert.deepEqual([body.status, body.file_name, body.rows], ['running', 'mis clientes.csv', 0]);
    await runAll();
    const { body: done } = await worker.call('viewer', 'GET', `${path}/${id}`);
    assert.deepEqual(
      [done.status, done.rows, done.imported, done.rejected, done.columns[1]],
      ['done', 2, 1, 1, { heading: 'RFC', field: 'tax_id' }],
    );
    const list = (await worker.call('viewer', 'GET', path)).body.data;
    assert.equal(list[0].id, id);
  });

  test('a dry run stands in no list, and columns that are not read are named', async () => {
    const file = csv([[...ROBOTICA, 'Pedro']], [...HEADINGS, 'Vendedor']);
    const dry = await imported(file, '?dry_run=1');
    assert.deepEqual(
      [dry.dry_run, dry.imported, dry.unchanged, dry.ignored_columns],
      [true, 0, 1, ['Vendedor']],
    );
    const list = (await worker.call('viewer', 'GET', path)).body.data;
    assert.ok(list.every((one: { id: string }) => one.id !== dry.id));
  });

  test('without an obligatory column the import fails and says which', async () => {
    const failed = await imported(csv([['A', 'B']], ['Nombre', 'RFC']));
    assert.deepEqual([failed.status, failed.problem.code], ['failed', 'columns_missing']);
    assert.match(failed.problem.detail, /«Régimen fiscal» y «Código postal»/);
    const { status, body } = await worker.call('viewer', 'GET', `${path}/${failed.id}/errors`);
    assert.deepEqual([status, body], [200, '\ufeffFila,Columna,Motivo\r\n']);
  });

  test('the rows that were not taken come back as they were, with the reason, harmless', async () => {
    const evil = ['=HYPERLINK("http://x")', '@NO', '+601', '-1', 'a,b;c'];
    const { id } = await imported(csv([XENON.with(3, '1000'), evil]));
    const errors = await worker.call('viewer', 'GET', `${path}/${id}/errors`);
    assert.match(String(errors.headers['content-disposition']), /filename="errores\.csv"/);
    const [headings, line, end] = errors.body.split('\r\n');
    assert.equal(headings, `\ufeffFila,Columna,Motivo,${HEADINGS.join(',')}`);
    assert.match(line, /^3,"Razón social|^3,"?RFC/);
    assert.ok(line.endsWith(`,"'=HYPERLINK(""http://x"")",'@NO,'+601,'-1,"a,b;c"`), line);
    assert.equal(end, '');
    const notes = await worker.call('viewer', 'GET', `${path}/${id}/errors?kind=noted`);
    assert.match(notes.body.split('\r\n')[1], /^2,Código postal,Se completó/);
    const book = await worker.call('viewer', 'GET', `${path}/${id}/errors.xlsx`);
    assert.equal(book.status, 200);
    assert.match(String(book.headers['content-type']), /spreadsheetml/);
  });

  test('the file of errors, put right, is imported as it is', async () => {
    const wrong = ['ESCUELA KEMPER URGATE', 'EKU9003173C9', '999', '42501', ''];
    const { id } = await imported(csv([wrong]));
    const errors = await worker.call('viewer', 'GET', `${path}/${id}/errors`);
    const again = await imported(errors.body.replace(',999,', ',601,'));
    assert.deepEqual([again.created, again.rejected], [1, 0]);
    assert.deepEqual(again.ignored_columns, ['Fila', 'Columna', 'Motivo']);
  });

  test('what is exported is known again, and nothing of it has changed', async () => {
    const plus = [...XENON.with(0, 'XENON MAS'), '+52 81 1234 5678'];
    await imported(csv([plus], [...HEADINGS, 'Teléfono']));
    const { body, headers } = await worker.call('viewer', 'GET', '/api/customers/export');
    assert.ok(body.startsWith('\ufeffRazón social,RFC,'));
    assert.match(body, /'\+52 81 1234 5678/);
    assert.match(String(headers['content-type']), /^text\/csv; charset=utf-8/);
    const again = await imported(body);
    assert.equal(again.unchanged, again.rows);
    const book = await worker.call('viewer', 'GET', '/api/customers/export?format=xlsx');
    assert.equal(book.status, 200);
    const bad = await worker.call('viewer', 'GET', '/api/customers/export?format=pdf');
    assert.equal(bad.status, 400);
  });

  test('what is no import is refused in words', async () => {
    const cases: ReadonlyArray<readonly [Promise<{ status: number; body: any }>, number, string]> =
      [
        [worker.call('issuer', 'POST', path, { body: {} }), 415, 'unsupported_media_type'],
        [worker.call('issuer', 'POST', path, form(csv([XENON]), 'archivo')), 422, 'file_missing'],
        [send(''), 422, 'file_empty'],
        [send(Buffer.from('d0cf11e0a1b11ae1', 'hex')), 422, 'file_is_old_excel'],
        [send(Buffer.alloc(100)), 422, 'file_kind_unknown'],
        [send(csv([XENON]), '?dry_run=2'), 400, 'invalid_query'],
      ];
    for (const [answer, status, code] of cases) {
      const { status: got, body } = await answer;
      assert.deepEqual([got, body.code], [status, code]);
      assert.match(body.detail, /[a-zñ]+ [a-zñ]+/);
    }
    const { rows } = await worker.admin.query(
      `select count(*)::int as n from customer_imports where state = 'uploading'`,
    );
    assert.equal(rows[0].n, 0);
  });

  test('a file as large as the limit is taken, one byte more is not', async () => {
    const head = Buffer.from(csv([]));
    const file = (bytes: number) => Buffer.concat([head, Buffer.alloc(bytes - head.length, '\n')]);
    const fits = await send(file(fileBytesMax));
    assert.equal(fits.status, 202);
    const { rows } = await worker.admin.query(
      `select sum(length(content))::int as bytes from customer_import_chunks where import_id = $1`,
      [fits.body.id],
    );
    assert.equal(rows[0].bytes, fileBytesMax);
    await worker.admin.query('delete from customer_imports where id = $1', [fits.body.id]);
    const over = await send(file(fileBytesMax + 1));
    assert.deepEqual([over.status, over.body.code], [413, 'file_too_large']);
  });

  test('a viewer imports nothing, a stranger sees nothing', async () => {
    assert.equal((await send(csv([XENON]), '', 'viewer')).status, 403);
    for (const [method, url] of [
      ['POST', path],
      ['GET', path],
      ['GET', `${path}/${newId()}`],
      ['GET', `${path}/${newId()}/events`],
      ['GET', `${path}/${newId()}/errors`],
      ['GET', '/api/customers/export'],
    ] as const) {
      assert.equal((await worker.call('stranger', method, url)).status, 401, url);
    }
  });

  test("another company's import and customers are as absent as ones that never were", async () => {
    const other = (await makeTenant(worker.admin)) as TenantId;
    const personId = (await worker.admin.query('select id from people limit 1')).rows[0].id;
    const theirs = await receiveUpload(
      { pool: worker.admin, newId },
      {
        ...{ tenantId: other, personId, fileName: 'a.csv', dryRun: false },
        stripCompanySuffix: false,
        content: Readable.from([Buffer.from(csv([XENON.with(0, 'SECRETO'), ['MALO SECRETO']]))]),
      },
    );
    await runAll();
    for (const rest of ['', '/events', '/errors', '/errors.xlsx']) {
      const answers = [];
      for (const id of [theirs.id, newId()]) {
        const { status, body } = await worker.call('issuer', 'GET', `${path}/${id}${rest}`);
        answers.push([status, body.code, body.detail]);
      }
      assert.deepEqual(answers[0], answers[1]);
      assert.equal(answers[0]![0], 404);
    }
    for (const url of [path, '/api/customers/export']) {
      const { body } = await worker.call('issuer', 'GET', url);
      assert.ok(!JSON.stringify(body).includes('SECRETO'));
      assert.ok(!JSON.stringify(body).includes(theirs.id));
    }
  });

  test('a workbook comes in as a CSV does', async () => {
    const state = await imported(await xlsx([ROBOTICA.with(3, '64000')]));
    assert.deepEqual([state.updated, state.sheet], [1, 'Clientes']);
  });
});
