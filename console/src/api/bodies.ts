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
