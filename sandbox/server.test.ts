import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invoiceInput, startTestSandbox } from './support/test-sandbox.ts';

test('every answer carries a log id, the errors too', async (t) => {
  const sandbox = await startTestSandbox(t);
  const answers = [
    await sandbox.call('/check'),
    await sandbox.call('/check', { key: 'nada' }),
    await sandbox.call('/no-existe'),
    await sandbox.call('/invoices', { body: {} }),
  ];
  const ids = answers.map((answer) => answer.headers.get('x-facturapi-log-id'));
  for (const id of ids) assert.match(id ?? '', /^[0-9a-f]{24}$/);
  assert.equal(new Set(ids).size, ids.length);
});

test('a missing or unknown key is a 401 in the shape of every error', async (t) => {
  const sandbox = await startTestSandbox(t);
  const wrong: [authorization: string, code: string][] = [
    ['', 'missing_credentials'],
    ['Bearer', 'missing_credentials'],
    ['Bearer sk_prod_demo', 'api_key_invalid'],
    ['Bearer sk_test_', 'api_key_invalid'],
    ['Bearer sk_test_a-b', 'api_key_invalid'],
  ];
  for (const [authorization, code] of wrong) {
    const { status, body } = await sandbox.call('/customers', { headers: { authorization } });
    assert.equal(status, 401);
    assert.equal(body.status, 401);
    assert.equal(body.ok, false);
    assert.equal(body.code, code);
    assert.equal(typeof body.message, 'string');
  }
});

test('the key is taken as a bearer token and as the user of Basic', async (t) => {
  const sandbox = await startTestSandbox(t);
  const basic = `Basic ${Buffer.from('sk_test_demo:').toString('base64')}`;
  const { body } = await sandbox.call('/organizations/me', { headers: { authorization: basic } });
  assert.equal(body.legal.legal_name, 'ESCUELA KEMPER URGATE');
  assert.equal(body.legal.tax_id, 'EKU9003173C9');
  assert.equal(body.legal.address.zip, '42501');
});

test('test and live keys of one suffix share the organization but not its documents', async (t) => {
  const sandbox = await startTestSandbox(t);
  const inTest = await sandbox.call('/organizations/me', { key: 'sk_test_acme' });
  const inLive = await sandbox.call('/organizations/me', { key: 'sk_live_acme' });
  assert.deepEqual(inTest.body, inLive.body);
  const { body } = await sandbox.call('/invoices', { key: 'sk_test_acme', body: invoiceInput() });
  assert.equal(body.livemode, false);
  const { body: live } = await sandbox.call('/invoices', { key: 'sk_live_acme' });
  assert.equal(live.total_results, 0);
});

test("another organization's document answers exactly as one that never was", async (t) => {
  const sandbox = await startTestSandbox(t);
  const { body: mine } = await sandbox.call('/invoices', {
    key: 'sk_test_uno',
    body: invoiceInput(),
  });
  const absent = 'f'.repeat(24);
  for (const path of ['/invoices/ID', '/invoices/ID/xml', '/invoices/ID/pdf']) {
    await sameRefusal(path, mine.id, 'GET');
  }
  for (const method of ['GET', 'PUT', 'DELETE']) {
    await sameRefusal('/customers/ID', mine.customer.id, method);
  }

  async function sameRefusal(path: string, id: string, method: string) {
    const init = { key: 'sk_test_dos', method, ...(method === 'PUT' && { body: {} }) };
    const theirs = await sandbox.call(path.replace('ID', id), init);
    const nobodys = await sandbox.call(path.replace('ID', absent), init);
    assert.equal(theirs.status, 404);
    assert.deepEqual(theirs.body, nobodys.body);
  }
});

test('a body that is no JSON, or too large, is refused by its own code', async (t) => {
  const sandbox = await startTestSandbox(t);
  const post = async (body: string) => {
    const response = await fetch(`${sandbox.url}/invoices`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/json' },
      body,
    });
    return (await response.json()) as { code: string; status: number };
  };
  assert.equal((await post('{"customer":')).code, 'invalid_json');
  assert.equal((await post(`"${'x'.repeat(21 * 1024 * 1024)}"`)).code, 'payload_too_large');
  const { body } = await sandbox.control('/counters');
  assert.equal(body.in_flight, 0);
});

test('the control plane lists all invoices in order, page by page', async (t) => {
  const sandbox = await startTestSandbox(t);
  for (const key of ['sk_test_uno', 'sk_test_dos', 'sk_test_uno']) {
    await sandbox.call('/invoices', { key, body: invoiceInput({ external_id: key }) });
  }
  const { body: all } = await sandbox.control('/invoices');
  assert.deepEqual(
    all.map((invoice: { external_id: string }) => invoice.external_id),
    ['sk_test_uno', 'sk_test_dos', 'sk_test_uno'],
  );
  const { body: first } = await sandbox.control('/invoices?limit=2');
  const { body: rest } = await sandbox.control(`/invoices?limit=2&after=${first[1].id}`);
  assert.deepEqual([...first, ...rest], all);
});
