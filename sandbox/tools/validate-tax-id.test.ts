import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestSandbox } from '../support/test-sandbox.ts';

test('an RFC is clean unless it stands in the list, and must be an RFC', async (t) => {
  const sandbox = await startTestSandbox(t);
  const ask = (query: string) => sandbox.call(`/tools/tax_id_validation${query}`);
  const { body: clean } = await ask('?tax_id=EKU9003173C9');
  assert.equal(clean.efos.is_valid, true);
  assert.match(clean.efos.data.mensaje, /EKU9003173C9/);
  const { body: listed } = await ask('?tax_id=EFO010101AB1');
  assert.equal(listed.efos.is_valid, false);
  assert.equal(listed.efos.data.detalles[0].situacionContribuyente, 'Definitivo');
  for (const query of ['', '?tax_id=', '?tax_id=ABC']) {
    const { status, body } = await ask(query);
    assert.deepEqual([status, body.code, body.location], [400, 'invalid_request', 'query']);
  }
});
