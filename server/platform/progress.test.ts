import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showProgress } from './progress.ts';

function shown(isTTY: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const terminal = { write: (text: string) => written.push(text), isTTY };
  const progress = showProgress(terminal, { what: 'clientes', of: 1_000, nowMs: () => nowMs });
  return {
    written,
    at(ms: number, done: number) {
      nowMs = ms;
      progress.at(done);
    },
    end: () => progress.end('hecho'),
  };
}

test('a terminal has one line with a bar, a rate and what is left', () => {
  const { written, at, end } = shown(true);
  at(1_000, 250);
  at(2_000, 1_000);
  end();
  assert.match(
    written[0]!,
    /^\r.*█{8}░{22} {2}25 % {2}250 de 1,000 clientes, 250 por segundo, faltan 3 s$/,
  );
  assert.match(written[1]!, /█{30} 100 % .*faltan 0 s$/);
  assert.match(written[2]!, /hecho, en 2 s\n$/);
});

test('elsewhere there is a plain line every five seconds, and the last one', () => {
  const { written, at, end } = shown(false);
  for (let s = 1; s <= 12; s += 1) at(s * 1_000, s * 50);
  end();
  assert.equal(written.length, 3);
  for (const line of written) assert.match(line, /^[^\r\u001b]*\n$/);
});
