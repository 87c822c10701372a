import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cleanups } from './support/cleanups.ts';
import {
  assertConsecutiveFolios,
  assertOneCfdiEach,
  facturapiSide,
} from './support/facturapi-side.ts';
import { type Installation, startInstallation } from './support/installation.ts';
import { type Answer, type Person, someInvoice } from './support/person.ts';
import { until } from './support/until.ts';

/**
 * kill -9 of each process in turn while people issue. People repeat with the same
 * Idempotency-Key, as the README tells integrators to; what counts is counted at FacturAPI's side.
 */
const invoicesEach = 24;
const atOnce = 8;
/** A call of a killed stamper holds its slot until its deadline, and is looked up after it. */
const issueMsMax = 60_000;
const latencyMs = 120;

describe('kill -9 in the middle of issuing', { concurrency: 2 }, () => {
  for (const victims of [
    ['web-1', 'postgres', 'web-1', 'postgres'],
    ['stamper', 'sandbox', 'stamper'],
  ]) {
    const name = `${victims.join(', ')} killed in turn: each comes back, each invoice is stamped once`;
    test(name, async (t) => {
      const timbra = await startInstallation(t);
      const kills = async () => {
        for (const victim of victims) {
          await stampsGoOn(timbra);
          const pid = await timbra.pidOf(victim);
          process.kill(pid, 'SIGKILL');
          await until(() => comesBack(timbra, victim, pid), issueMsMax, `${victim} comes back`);
        }
      };
      const issued = await issueMany(timbra, kills);
      await assertStampedOnce(timbra, issued);
      const { checks } = await timbra.operator('/api/cluster/health');
      assert.deepEqual(new Set(Object.values(checks)), new Set(['ok']));
      assert.equal(await timbra.stop(), 0);
      assert.deepEqual(timbra.processes(), []);
    });
  }

  test('Ctrl-C in the middle of it: what is in flight is written, nothing stays behind', async (t) => {
    const timbra = await startInstallation(t);
    const person = await timbra.person();
    const customer = await person.customer('robotica');
    await facturapiSide(timbra.facturapiUrl).settings({ latency_ms: 300, idempotency: 'forget' });
    const accepted = await Promise.all(
      Array.from({ length: 12 }, () =>
        person.issue(someInvoice(customer.id), { prefer: 'wait=0' }),
      ),
    );
    await stampsGoOn(timbra);
    // A terminal sends it to every process of the group at once.
    process.kill(-timbra.supervisorPid, 'SIGINT');
    assert.equal(await timbra.exited, 0);
    assert.deepEqual(timbra.processes(), []);
    assert.ok(!timbra.log.some((record) => record.msg.includes('killed')));

    const again = await startInstallation(t, { dataDir: timbra.dataDir });
    const looked = timbraLookUps(again);
    const invoices = await allValid(person.at(again.url), accepted);
    await assertStampedOnce(again, invoices);
    assert.equal(looked(), 0, 'a drained stamper leaves nothing unknown behind');
    assert.equal(await again.stop(), 0);
  });

  test('the supervisor killed: nothing stays behind, and the next start goes on', async (t) => {
    const first = await startInstallation(t);
    const person = await first.person();
    const customer = await person.customer('robotica');
    await facturapiSide(first.facturapiUrl).settings({ latency_ms: 300, idempotency: 'forget' });
    const accepted = await Promise.all(
      Array.from({ length: 20 }, () =>
        person.issue(someInvoice(customer.id), { prefer: 'wait=0' }),
      ),
    );
    assert.ok(accepted.every((answer) => answer.status === 202));
    await stampsGoOn(first);
    await first.kill();
    await until(() => first.processes().length === 0, 10_000);

    const again = await startInstallation(t as Cleanups, { dataDir: first.dataDir });
    await assertStampedOnce(again, await allValid(person.at(again.url), accepted));
    assert.equal(await again.stop(), 0);
  });
});

async function allValid(person: Person, accepted: readonly Answer[]): Promise<any[]> {
  const invoices = [];
  for (const { body } of accepted) {
    const read = () => person.get(`/api/invoices/${body.id}`);
    await until(async () => (await read()).body.status === 'valid', issueMsMax);
    invoices.push((await read()).body);
  }
  return invoices;
}

/** Attempts that had to ask FacturAPI first whether an earlier one had arrived. */
function timbraLookUps(timbra: Installation): () => number {
  return () => timbra.log.filter((record) => record.msg.endsWith('not_found_yet')).length;
}

async function issueMany(timbra: Installation, meanwhile: () => Promise<void>): Promise<any[]> {
  const person = await timbra.person();
  const customer = await person.customer('robotica');
  await facturapiSide(timbra.facturapiUrl).settings({
    latency_ms: latencyMs,
    // A key that is forgotten protects nobody: what is sent twice is stamped twice.
    idempotency: 'forget',
  });
  const issued: any[] = [];
  let disturbing = true;
  const oneAfterAnother = async () => {
    // On and on until the last kill was survived, so that each kill hits calls in flight.
    for (let i = 0; disturbing || i < invoicesEach / atOnce; i += 1) {
      issued.push(await person.issueForSure(someInvoice(customer.id), issueMsMax));
    }
  };
  const disturbance = meanwhile().finally(() => {
    disturbing = false;
  });
  await Promise.all([disturbance, ...Array.from({ length: atOnce }, oneAfterAnother)]);
  return issued;
}

/** Some more calls have been made: the victim is at work. */
async function stampsGoOn(timbra: Installation): Promise<void> {
  const sandbox = facturapiSide(timbra.facturapiUrl);
  const creates = () =>
    sandbox.counters().then(
      (counters) => counters.creates,
      () => 0,
    );
  const before = await creates();
  await until(async () => (await creates()) >= before + 3, issueMsMax);
}

async function comesBack(timbra: Installation, victim: string, oldPid: number): Promise<boolean> {
  try {
    if ((await timbra.pidOf(victim)) === oldPid) return false;
    return Object.values((await timbra.operator('/api/cluster/health')).checks).every(
      (state) => state === 'ok',
    );
  } catch {
    return false;
  }
}

async function assertStampedOnce(timbra: Installation, invoices: any[]): Promise<void> {
  const sandbox = facturapiSide(timbra.facturapiUrl);
  assert.ok(invoices.every((invoice) => invoice.status === 'valid'));
  assert.ok(invoices.length >= 12);
  assertConsecutiveFolios(invoices);
  assertOneCfdiEach(invoices, await sandbox.invoices());
  const { max_in_flight } = await sandbox.counters();
  assert.ok(max_in_flight <= 5, `${max_in_flight} calls were in flight at FacturAPI`);
}
