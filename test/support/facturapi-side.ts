import assert from 'node:assert/strict';

export interface StampedInvoice {
  readonly id: string;
  readonly external_id: string;
  readonly idempotency_key: string;
  readonly series: string;
  readonly folio_number: number;
  readonly uuid: string;
  readonly total: number;
  readonly status: string;
}

/** The other side of every promise: what the sandbox counted, whatever the client believes. */
export function facturapiSide(facturapiUrl: string) {
  const control = facturapiUrl.replace(/\/v2$/, '/__sandbox');
  const read = async (path: string) => (await fetch(control + path)).json() as Promise<any>;
  const write = async (path: string, body: unknown) => {
    const answer = await fetch(control + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  };
  return {
    counters: () =>
      read('/counters') as Promise<{ in_flight: number; max_in_flight: number; creates: number }>,
    settings: (settings: object) => write('/settings', settings),
    fault: (rule: object) => write('/faults', rule),
    async invoices(): Promise<StampedInvoice[]> {
      const all: StampedInvoice[] = [];
      for (;;) {
        const after = all.at(-1)?.id;
        const page = await read(`/invoices?limit=1000${after ? `&after=${after}` : ''}`);
        const data = (Array.isArray(page) ? page : page.data) as StampedInvoice[];
        all.push(...data);
        if (data.length < 1000) return all;
      }
    },
  };
}

/** Each accepted invoice has exactly one CFDI, and no CFDI is anybody else's. */
export function assertOneCfdiEach(accepted: readonly any[], stamped: readonly StampedInvoice[]) {
  const byExternalId = Map.groupBy(stamped, (invoice) => invoice.external_id);
  for (const invoice of accepted) {
    const found = byExternalId.get(invoice.id) ?? [];
    assert.equal(found.length, 1, `invoice ${invoice.id} has ${found.length} CFDIs`);
    assert.equal(found[0]!.uuid, invoice.uuid);
    assert.equal(found[0]!.folio_number, invoice.folio_number);
    assert.equal(found[0]!.total, invoice.total);
  }
  assert.equal(byExternalId.size, accepted.length, 'a CFDI without an accepted invoice');
}

/** Folios of a series run from `first` without a gap or a double. */
export function assertConsecutiveFolios(invoices: readonly any[], first = 1) {
  const folios = invoices.map((invoice) => invoice.folio_number).sort((a, b) => a - b);
  assert.deepEqual(
    folios,
    folios.map((_, i) => first + i),
  );
}
