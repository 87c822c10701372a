/** The console's names for the API's bodies, all derived from the generated description. */
import type { paths } from './schema.d.ts';

type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never;

export type Session = Json<paths['/api/auth/me']['get']['responses'][200]>;
export type Customer = Json<paths['/api/customers']['get']['responses'][200]>['data'][number];
export type CustomerInput = Json<paths['/api/customers']['post']['requestBody']>;
export type InvoiceInput = Json<paths['/api/invoices']['post']['requestBody']>;
export type ItemInput = InvoiceInput['items'][number];
export type TaxInput = NonNullable<ItemInput['product']['taxes']>[number];
export type Invoice = Json<paths['/api/invoices/{id}']['get']['responses'][200]>;
export type InvoiceStatus = Invoice['status'];
export type InvoicePage = Json<paths['/api/invoices']['get']['responses'][200]>;
export type Preview = Json<paths['/api/invoices/preview']['post']['responses'][200]>;
export type CatalogEntry = Json<
  paths['/api/catalogs/uses']['get']['responses'][200]
>['data'][number];
export type InvoiceHistory = Json<paths['/api/invoices/{id}/history']['get']['responses'][200]>;
export type StampingStatus = Json<paths['/api/stamping/status']['get']['responses'][200]>;
export type Notice = StampingStatus['notices'][number];
export type ReviewInput = Json<paths['/api/invoices/{id}/review']['post']['requestBody']>;
export type Reconciliation = Json<paths['/api/reconciliation']['get']['responses'][200]>;
export type Difference = Json<
  paths['/api/reconciliation/differences']['get']['responses'][200]
>['data'][number];
export type StampingView = Json<paths['/api/cluster/stamping']['get']['responses'][200]>;
export type StampingOrder = Json<paths['/api/cluster/stamping']['post']['requestBody']>;
export type DeadLetter = Json<
  paths['/api/cluster/stamping/dead']['get']['responses'][200]
>['data'][number];
