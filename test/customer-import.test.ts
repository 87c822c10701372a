import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type pg from 'pg';
import { csvOfCustomers } from '../server/customers/import/test-imports.ts';
import { testDatabase } from './support/database.ts';
import { type Installation, startInstallation } from './support/installation.ts';
import type { Person } from './support/person.ts';
import { testPool } from './support/records.ts';
import { until } from './support/until.ts';

const rows = 2_000;
/** Each hundredth. */
const badRows = rows / 100;
/** A lease runs out, another worker looks, reads the file again and goes on. */
const takeOverMsMax = 30_000;
const importMsMax = 120_000;

describe('an import of customers whose workers are killed', { concurrency: 2 }, () => {
  test('kill -9 of whoever works at it, twice: each good row is one customer, each bad one is told', async (t) => {
    const database = await testDatabase(t);
    const timbra = await startInstallation(t, {
      env: {
        // It must be a whole URL; the socket in its query is what counts.
        DATABASE_URL: database.admin.url.replace('@/', '@localhost/'),
        TIMBRA_DEMO: '1',
        TIMBRA_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      },
    });
    const admin = testPool(t, database.admin);
    const person = await timbra.person();
    const before = await directorySize(admin);
    const file = csvOfCustomers({ seed: 11, rows, badEvery: 100 });

    const sent = await sendFile(person, file.text);
    assert.equal(sent.status, 202);
    const { id } = sent.body;
    const events = followEvents(person, id);
    let killed = 0;
    for (let last = 0; killed < 2; killed += 1) {
      await until(async () => (await processed(admin, id)) > last, takeOverMsMax, 'it goes on');
      const worker = await workerOf(admin, id);
      process.kill(worker, 'SIGKILL');
      last = await processed(admin, id);
      const taken = async () => (await workerOf(admin, id)) !== worker;
      await until(taken, takeOverMsMax, 'another worker takes it over');
    }
    await until(async () => (await stateOf(timbra, person, id)) !== 'running', importMsMax);

    const { body } = await person.get(`/api/customers/imports/${id}`);
    assert.deepEqual(
      [body.status, body.rows, body.processed, body.imported, body.rejected],
      ['done', rows, rows, rows - badRows, badRows],
    );
    assert.equal((await directorySize(admin)) - before, rows - badRows);
    const { rows: imported } = await admin.query(
      `select tax_id, legal_name, zip, email from customers
        where legal_name = any ($1) order by legal_name`,
      [file.good.map(({ legal_name }) => legal_name)],
    );
    assert.deepEqual(imported, file.good);
    const { rows: versions } = await admin.query(
      'select count(*)::int as n from customers where version > 1',
    );
    assert.equal(versions[0].n, 0, 'a batch that was written again would count its changes');
    const errors = (await person.get(`/api/customers/imports/${id}/errors`)).body.split('\r\n');
    assert.deepEqual(
      errors.slice(1, -1).map((line: string) => Number(line.split(',')[0])),
      file.badAt,
    );
    assert.ok((await claims(admin, id)) > killed);
    await events.ended(importMsMax);
    assert.ok(events.seen.every((one, i) => i === 0 || one >= events.seen[i - 1]!));
    assert.equal(await timbra.stop(), 0);
  });

  test('SIGTERM in the middle of it: the next start goes on', async (t) => {
    const first = await startInstallation(t);
    const person = await first.person();
    const file = csvOfCustomers({ seed: 12, rows, badEvery: 100 });
    const { id } = (await sendFile(person, file.text)).body;
    const progress = async () => (await person.get(`/api/customers/imports/${id}`)).body.processed;
    await until(async () => (await progress()) > 0, importMsMax);
    assert.equal(await first.stop(), 0);

    const again = await startInstallation(t, { dataDir: first.dataDir });
    const later = person.at(again.url);
    await until(async () => (await stateOf(again, later, id)) !== 'running', importMsMax);
    const { body } = await later.get(`/api/customers/imports/${id}`);
    assert.deepEqual(
      [body.status, body.imported, body.rejected],
      ['done', rows - badRows, badRows],
    );
    const listed = (await later.get('/api/customers/export')).body.split('\r\n').slice(1, -1);
    const names = new Set(file.good.map(({ legal_name }) => legal_name));
    assert.equal(
      listed.filter((line: string) => names.has(line.split(',')[0]!)).length,
      names.size,
    );
    assert.equal(await again.stop(), 0);
  });
});

async function sendFile(person: Person, text: string): Promise<{ status: number; body: any }> {
  const form = new FormData();
  form.set('file', new Blob([text]), 'clientes.csv');
  const answer = await fetch(`${person.url}/api/customers/imports`, {
    method: 'POST',
    headers: { cookie: person.cookie },
    body: form,
  });
  return { status: answer.status, body: await answer.json() };
}

/** A worker that is killed takes the requests of its connections with it. */
async function stateOf(_timbra: Installation, person: Person, id: string): Promise<string> {
  try {
    return (await person.get(`/api/customers/imports/${id}`)).body.status ?? 'running';
  } catch {
    return 'running';
  }
}

/** What a page hears of the progress, over broken connections too. */
function followEvents(person: Person, id: string) {
  const seen: number[] = [];
  let done = false;
  const listen = async () => {
    while (!done) {
      try {
        const answer = await fetch(`${person.url}/api/customers/imports/${id}/events`, {
          headers: { cookie: person.cookie },
        });
        const text = answer.body!.pipeThrough(new TextDecoderStream());
        let rest = '';
        for await (const chunk of text) {
          const events = (rest + chunk).split('\n\n');
          rest = events.pop()!;
          for (const event of events.filter((one) => one.startsWith('event: progress'))) {
            const state = JSON.parse(event.slice(event.indexOf('data: ') + 'data: '.length));
            seen.push(state.processed);
            done = state.status === 'done';
          }
        }
      } catch {
        // The worker that told it was killed: the browser connects again.
      }
    }
  };
  const listening = listen();
  return {
    seen,
    async ended(msMax: number) {
      await until(() => done, msMax, 'the last event tells the end');
      await listening;
    },
  };
}

async function directorySize(admin: pg.Pool): Promise<number> {
  return (await admin.query('select count(*)::int as n from customers')).rows[0].n;
}

async function processed(admin: pg.Pool, id: string): Promise<number> {
  const { rows } = await admin.query('select processed from customer_imports where id = $1', [id]);
  return rows[0].processed;
}

async function claims(admin: pg.Pool, id: string): Promise<number> {
  const { rows } = await admin.query('select turn from customer_imports where id = $1', [id]);
  return rows[0].turn;
}

async function workerOf(admin: pg.Pool, id: string): Promise<number> {
  const { rows } = await admin.query('select worker from customer_imports where id = $1', [id]);
  const pid = Number(String(rows[0].worker).split('/').at(-1));
  // 0 would be the whole process group of the tests.
  if (!(pid > 1)) throw new Error(`nobody works at it: ${rows[0].worker}`);
  return pid;
}
