import { createHmac } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { conformanceDocument } from './conformance-document.ts';
import type { OfficialSdk } from './conformance-sdk.ts';

type Bytes = Parameters<typeof buffer>[0];

const read = async (download: unknown) => buffer((await download) as Bytes);

/** Something of every operation that the official SDK offers and the sandbox answers. */
export async function tour(sdk: OfficialSdk): Promise<void> {
  await wire(sdk).get('/check');
  await sdk.organizations.me();
  await sdk.tools.validateTaxId('EKU9003173C9');
  await sdk.catalogs.searchProducts({ q: 'ukelele' });
  await sdk.catalogs.searchUnits({ q: 'pieza', limit: 5 });
  const customer = await customers(sdk);
  await products(sdk);
  await incomes(sdk, customer);
  await otherTypes(sdk, customer);
  await receipts(sdk, customer);
  await webhooks(sdk);
}

/** What the SDK has no method for it has a wire for. */
const wire = (sdk: OfficialSdk) => sdk.customers.client;

async function customers(sdk: OfficialSdk): Promise<string> {
  const { customer } = conformanceDocument();
  const made = await sdk.customers.create(customer as object);
  await sdk.customers.create(customer as object);
  await sdk.customers.retrieve(made.id);
  await sdk.customers.update(made.id, { phone: '6474010101' });
  await sdk.customers.list({ q: 'robotica', limit: 2 });
  await sdk.customers.validateTaxInfo(made.id);
  await sdk.customers.sendEditLinkByEmail(made.id, { email: 'otra@example.com' });
  const passing = { ...(customer as object), phone: '1' };
  const { id } = await sdk.customers.create(passing);
  await sdk.customers.del(id);
  await refusal(sdk.customers.retrieve(id));
  await refusal(sdk.customers.create({ legal_name: 'NADIE' }));
  await refusal(sdk.customers.list({ limit: 101 }));
  return made.id;
}

const ukelele = { description: 'Ukelele', product_key: '60131324', price: 345.6, sku: 'UKE-1' };

async function products(sdk: OfficialSdk): Promise<void> {
  const made = await sdk.products.create(ukelele);
  await sdk.products.retrieve(made.id);
  await sdk.products.update(made.id, { price: 400 });
  await sdk.products.list({ q: 'uke' });
  await sdk.products.del(made.id);
  await refusal(sdk.products.retrieve(made.id));
  await refusal(sdk.products.create({}));
}

async function incomes(sdk: OfficialSdk, customer: string): Promise<void> {
  const { invoices } = sdk;
  const item = { quantity: 2, product: (await sdk.products.create(ukelele)).id };
  const input = { customer, items: [item], use: 'G03', payment_form: '03' };
  const first = await invoices.create({ ...input, external_id: 'a', idempotency_key: 'a' });
  await invoices.create({ ...input, idempotency_key: 'a' });
  const second = await invoices.create(input);
  await invoices.create(input, { async: true });
  await invoices.list({ customer, date: { gte: new Date(0) } });
  await invoices.retrieve(first.id);
  await invoices.updateStatus(first.id);
  await read(invoices.downloadPdf(first.id));
  await read(invoices.downloadXml(first.id));
  await read(invoices.downloadZip(first.id));
  await read(invoices.previewPdf(input));
  await invoices.sendByEmail(first.id);
  await invoices.cancel(first.id, { motive: '01', substitution: second.uuid } as never);
  await invoices.cancel(second.id, { motive: '02' } as never);
  await read(invoices.downloadCancellationReceiptPdf(second.id));
  await read(invoices.downloadCancellationReceiptXml(second.id));
  await refusal(invoices.create({}));
  await refusal(invoices.retrieve('f'.repeat(24)));
  await refusal(invoices.create({ ...input, customer: 'f'.repeat(24) }));

  const draft = await invoices.create({ status: 'draft', customer });
  await refusal(invoices.stampDraft(draft.id));
  await invoices.updateDraft(draft.id, input);
  await invoices.stampDraft(draft.id);
  const copy = await invoices.copyToDraft(draft.id);
  await invoices.cancel(copy.id, { motive: '02' } as never);
}

/** A credit note, a transfer of goods, and a payment of an invoice to be paid in instalments. */
async function otherTypes(sdk: OfficialSdk, customer: string): Promise<void> {
  const { invoices } = sdk;
  const items = [{ product: { ...ukelele, taxes: [{ type: 'IVA', rate: 0.16 }] } }];
  const owed = { customer, items, use: 'G03', payment_form: '99', payment_method: 'PPD' };
  const income = await invoices.create(owed);
  await invoices.create({
    type: 'P',
    customer,
    complements: [
      {
        type: 'pago',
        data: [
          {
            payment_form: '03',
            related_documents: [
              {
                uuid: income.uuid,
                amount: 100,
                installment: 1,
                last_balance: 345.6,
                taxes: [{ base: 86.206897, type: 'IVA', rate: 0.16 }],
              },
            ],
          },
        ],
      },
    ],
  });
  await invoices.create({ type: 'T', customer, items: [{ product: { description: 'Cajas' } }] });
  await invoices.create({
    type: 'E',
    customer,
    items: [{ product: { description: 'Bonificación', price: 10 } }],
    use: 'G02',
    payment_form: '03',
    related_documents: [{ relationship: '01', documents: [income.uuid] }],
  });
}

async function receipts(sdk: OfficialSdk, customer: string): Promise<void> {
  const input = { payment_form: '01', items: [{ product: ukelele }] };
  const create = () => sdk.receipts.create(input);
  const mine = await sdk.receipts.create({ ...input, customer });
  await sdk.receipts.retrieve(mine.id);
  await sdk.receipts.list({ q: 'ukelele' });
  await sdk.receipts.sendByEmail(mine.id);
  await read(sdk.receipts.downloadPdf(mine.id));
  await sdk.receipts.invoice(mine.id, { use: 'G03' });
  await refusal(sdk.receipts.invoice(mine.id, { use: 'G03' }));
  const { id } = await create();
  await wire(sdk).put(`/receipts/${id}`, { body: { customer } });
  const keys = [(await create()).key, (await create()).key];
  await sdk.receipts.toInvoice({ keys, customer, use: 'G03', dry_run: true });
  await read(sdk.receipts.previewToInvoicePdf({ keys, customer, use: 'G03' }));
  await sdk.receipts.toInvoice({ keys, customer, use: 'G03' });
  await sdk.receipts.cancel((await create()).id);
  const from = new Date(Date.now() - 60_000).toISOString();
  const open = await create();
  const to = new Date(Date.now() + 1_000).toISOString();
  const period = { from, to, periodicity: 'day', receipts: [open.id] };
  await sdk.receipts.createGlobalInvoice(period);
  await refusal(sdk.receipts.retrieve('f'.repeat(24)));
  await refusal(sdk.receipts.create({}));
}

async function webhooks(sdk: OfficialSdk): Promise<void> {
  const input = { url: 'http://127.0.0.1:9/eventos', enabled_events: ['invoice.status_updated'] };
  const made = (await sdk.webhooks.create(input)) as unknown as { id: string; secret: string };
  const payload = { id: 'evento', type: 'invoice.status_updated', data: { type: 'invoice' } };
  const signature = createHmac('sha256', made.secret).update(JSON.stringify(payload)).digest('hex');
  const signed = { secret: made.secret, payload, signature };
  await wire(sdk).post('/webhooks/validate-signature', { body: signed });
  await refusal(
    wire(sdk).post('/webhooks/validate-signature', { body: { ...signed, signature: '00' } }),
  );
  await sdk.webhooks.create(input);
  await sdk.webhooks.retrieve(made.id);
  await sdk.webhooks.update(made.id, { ...input, status: 'disabled' });
  await sdk.webhooks.list({});
  await sdk.webhooks.del(made.id);
  await refusal(sdk.webhooks.retrieve(made.id));
  await refusal(sdk.webhooks.create({ url: 'nada' }));
}

/** What must be refused; that it is, and how, is what the description is asked about. */
async function refusal(call: Promise<unknown>): Promise<void> {
  const refused = await call.then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error('a call that should have been refused was not');
}
