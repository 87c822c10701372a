/**
 * How full the stamper keeps its five slots. With a backlog at 100 ms a call it is held against
 * five bare loops, each of which posts its next invoice as soon as it has read the answer to the
 * last: with five in flight nobody can make more calls. Both post the same document, each to a
 * sandbox of its own, in turns (stamper, loops, stamper, ...), so that a busy moment of the machine
 * hits both. Counted at the sandboxes: creations that began in a second of the steady middle of a
 * turn, before the stamper comes to the XMLs.
 */
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { issue } from '../chaos/load.ts';
import { openRig, type Rig } from '../chaos/rig.ts';
import { copyToBacklog, readDocument } from '../chaos/rig-store.ts';
import { startSandbox } from '../chaos/sandbox-process.ts';
import { isCreation, type SandboxSide } from '../chaos/sandbox-side.ts';
import { settle } from '../chaos/settle.ts';
import { writeResult } from './measure.ts';
import { onPrivatePostgres } from './stamping-rig.ts';

const latencyMs = 100;
const slots = 5;
const invoicesOfTurn = 400;
const turnsOfEach = 4;
/** Left out at either end of a turn: the filling of the slots and the last stragglers. */
const edge = 40;
const targetRatio = 0.97;
const turnMsMax = 120_000;

await onPrivatePostgres(async (run) => {
  const rig = await openRig(run, { machines: 1, latencyMs, companies: ['uno'] });
  const bare = await startSandbox(run.cleanups, { folder: `${run.folder}/bare`, latencyMs });
  const template = await issue(rig, rig.companies[0]!);
  if (typeof template === 'string') throw new Error(template);
  await settle(rig, turnMsMax, 'files too');
  const document = await readDocument(rig.db, template.id);
  const turns = run.quick ? turnsOfEach / 2 : turnsOfEach;
  const stamper: number[] = [];
  const loops: number[] = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    stamper.push(await stampersTurn(rig, template.id));
    loops.push(await loopsTurn(bare.url, bare.side, document));
    const [one, other] = [stamper.at(-1)!, loops.at(-1)!];
    run.say(`turn ${turn}: stamper ${one.toFixed(2)}, bare loops ${other.toFixed(2)} a second`);
  }
  const { max_in_flight } = await rig.side.counters();
  report(stamper, loops, max_in_flight);
});

async function stampersTurn(rig: Rig, templateId: string): Promise<number> {
  await rig.side.forgetCalls();
  await copyToBacklog(rig.db, templateId, invoicesOfTurn);
  await settle(rig, turnMsMax, 'files too');
  return creationsPerSecond(rig.side);
}

async function loopsTurn(url: string, side: SandboxSide, document: object): Promise<number> {
  await side.forgetCalls();
  const base = new URL(url);
  const pool = new Pool(base.origin, { connections: slots, pipelining: 1 });
  let left = invoicesOfTurn;
  const loop = async () => {
    while (left > 0) {
      left -= 1;
      const id = randomUUID();
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: `${base.pathname}/invoices`,
        headers: { authorization: 'Bearer sk_test_bare', 'content-type': 'application/json' },
        body: JSON.stringify({
          ...document,
          folio_number: undefined,
          external_id: id,
          idempotency_key: id,
        }),
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`a bare loop: ${statusCode} ${text}`);
    }
  };
  await Promise.all(Array.from({ length: slots }, loop));
  await pool.close();
  return creationsPerSecond(side);
}

async function creationsPerSecond(side: SandboxSide): Promise<number> {
  const calls = (await side.calls()).filter(isCreation);
  const steady = calls.map((call) => call.started_ms).slice(edge, -edge);
  if (steady.length < edge) throw new Error(`only ${calls.length} creations in a turn`);
  return ((steady.length - 1) * 1_000) / (steady.at(-1)! - steady[0]!);
}

function report(stamper: readonly number[], loops: readonly number[], inFlight: number): void {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const ratio = mean(stamper) / mean(loops);
  const rows = stamper.map((one, i) => {
    const other = loops[i]!;
    return `| ${i + 1} | ${one.toFixed(2)} | ${other.toFixed(2)} | ${(one / other).toFixed(3)} |`;
  });
  const verdict =
    `Creations a second with a backlog, ${latencyMs} ms a call, ${slots} at once. The stamper made ` +
    `${(ratio * 100).toFixed(1)}% of what bare loops made; target ${targetRatio * 100}%: ` +
    `${ratio >= targetRatio ? 'met' : 'MISSED'}. Never more than ${inFlight} in flight.\n`;
  writeResult(
    'stamping-slots',
    { target_ratio: targetRatio, ratio, stamper, loops, max_in_flight: inFlight },
    [
      '| turn | stamper | five bare loops | ratio |',
      '|---|---|---|---|',
      ...rows,
      '',
      verdict,
    ].join('\n'),
  );
}
