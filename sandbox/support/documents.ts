import assert from 'node:assert/strict';
import type { TestSandbox } from './test-sandbox.ts';

/** Downloads a document with the demo's key. */
export async function download(sandbox: TestSandbox, path: string): Promise<Buffer> {
  const response = await fetch(`${sandbox.url}${path}`, {
    headers: { authorization: 'Bearer sk_test_demo' },
  });
  assert.equal(response.status, 200, path);
  return Buffer.from(await response.arrayBuffer());
}

/** The attribute of the first element of that name. */
export function attribute(xml: string, name: string, element = 'cfdi:Comprobante'): string {
  const open = new RegExp(`<${element}[^>]*?\\s${name}="([^"]*)"`).exec(xml);
  assert.ok(open, `${element} has no ${name}`);
  return open[1]!;
}
