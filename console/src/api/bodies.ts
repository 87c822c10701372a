/** The console's names for the API's bodies, all derived from the generated description. */
import type { paths } from './schema.d.ts';

type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never;

export type Session = Json<paths['/api/auth/me']['get']['responses'][200]>;
/** As the search finds it: with what matched. */
export type FoundCustomer = Json<paths['/api/customers']['get']['responses'][200]>['data'][number];
/** Enough of a customer to invoice it. */
export type Customer = Omit<FoundCustomer, 'match'>;
/** All of one. */
export type CustomerRecord = Json<paths['/api/customers/{id}']['get']['responses'][200]>;
export type ArchivedCustomers = Json<paths['/api/customers/archived']['get']['responses'][200]>;
export type CustomerHistory = Json<paths['/api/customers/{id}/history']['get']['responses'][200]>;
export type CustomerInput = Json<paths['/api/customers']['post']['requestBody']>;
export type CustomerImport = Json<paths['/api/customers/imports/{id}']['get']['responses'][200]>;
export type CustomerSync = Json<paths['/api/customers/sync']['get']['responses'][200]>;
export type CustomerDifference = Json<
  paths['/api/customers/sync/differences']['get']['responses'][200]
>['data'][number];
/** How one stands with FacturAPI. */
export type CustomerStanding = Json<paths['/api/customers/{id}/sync']['get']['responses'][200]>;
export type InvoiceInput = Json<paths['/api/invoices']['post']['requestBody']>;
export type ItemInput = InvoiceInput['items'][number];
export type ProductInput = Json<paths['/api/products']['post']['requestBody']>;
export type TaxInput = NonNullable<ProductInput['taxes']>[number];
export type Product = Json<paths['/api/products/{id}']['get']['responses'][200]>;
export type ProductPage = Json<paths['/api/products']['get']['responses'][200]>;
/** As the list has it: with what matched, when something was typed. */
export type FoundProduct = ProductPage['data'][number];
export type ProductPricing = Json<paths['/api/products/preview']['post']['requestBody']>;
export type Invoice = Json<paths['/api/invoices/{id}']['get']['responses'][200]>;
export type InvoiceStatus = Invoice['status'];
export type InvoicePage = Json<paths['/api/invoices']['get']['responses'][200]>;
export type Preview = Json<paths['/api/invoices/preview']['post']['responses'][200]>;
type Use = Json<paths['/api/catalogs/uses']['get']['responses'][200]>['data'][number];
/** Code and name; of uses and regimes, for whom they are. */
export type CatalogEntry = Pick<Use, 'code' | 'name'> &
  Partial<Pick<Use, 'tax_systems' | 'person' | 'company'>>;
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
