import FacturapiModule from 'facturapi';
import type { TestSandbox } from './test-sandbox.ts';

// The package is CommonJS that marks its default export the way bundlers read it.
export const Facturapi = ((FacturapiModule as unknown as { default?: unknown }).default ??
  FacturapiModule) as typeof FacturapiModule.default;

/** FacturAPI's own client, pointed at a sandbox. */
export function sdk(sandbox: TestSandbox, key = 'sk_test_demo') {
  const client = new Facturapi(key);
  client.BASE_URL = sandbox.url;
  return client;
}
