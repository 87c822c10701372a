import type { FastifyInstance } from 'fastify';
import { type Answer, ok } from '../answer.ts';
import type { CallRunner } from '../call.ts';
import type { Account } from '../organizations/organization.ts';
import { listBody, type Query, queryValue, readPage } from '../state/page.ts';
import { createProduct } from './create-product.ts';
import { editProduct } from './edit-product.ts';
import { findProduct } from './find-product.ts';
import type { ProductsStore } from './products-store.ts';

export function productRoutes(
  app: FastifyInstance,
  { serve }: CallRunner,
  products: ProductsStore,
  now: () => Date,
): void {
  app.post(
    '/products',
    serve(({ account, body }) => createProduct(products, account, body, now())),
  );
  app.get(
    '/products',
    serve(({ account, query }) => listProducts(products, account, query)),
  );
  app.get(
    '/products/:product_id',
    serve(({ account, params }) => ok(findProduct(products, account, params.product_id!))),
  );
  app.put(
    '/products/:product_id',
    serve(({ account, params, body }) => editProduct(products, account, params.product_id!, body)),
  );
  app.delete(
    '/products/:product_id',
    serve(({ account, params }) => {
      const body = findProduct(products, account, params.product_id!);
      products.remove(account.scope, params.product_id!);
      return ok(body);
    }),
  );
}

const limitDefault = 50;

function listProducts(products: ProductsStore, account: Account, query: Query): Answer {
  const page = readPage(query, limitDefault);
  const filter = { q: queryValue(query, 'q'), sku: queryValue(query, 'sku') };
  const { total, bodies } = products.list(account.scope, filter, page);
  return ok(listBody(page, total, bodies));
}
