import { randomUUID } from 'node:crypto';
import type { FrozenDocument } from './facturapi.ts';

/** SAT's own test taxpayer, whose data every PAC's test mode accepts. */
const receiver = {
  legal_name: 'UNIVERSIDAD ROBOTICA ESPAÑOLA',
  tax_id: 'URE180429TM6',
  tax_system: '601',
  email: 'pruebas@example.com',
  address: { zip: '86991' },
};

/** Two of 345.60, its taxes in it. */
export const documentTotal = 691.2;

let lastFolio = Math.floor(Date.now() / 1_000) % 100_000_000;

/** A document that is accepted, under a name of its own; what a case is about it changes. */
export function conformanceDocument(change: Partial<FrozenDocument> = {}): FrozenDocument {
  const id = randomUUID();
  lastFolio += 1;
  return {
    customer: receiver,
    items: [
      { quantity: 2, product: { description: 'Ukelele', product_key: '60131324', price: 345.6 } },
    ],
    use: 'G03',
    payment_form: '03',
    date: new Date().toISOString(),
    series: 'CONF',
    folio_number: lastFolio,
    external_id: id,
    idempotency_key: id,
    ...change,
  };
}

/** The receiver's name as people write it and SAT does not. */
export const suffixedReceiver = { ...receiver, legal_name: `${receiver.legal_name} SA DE CV` };
