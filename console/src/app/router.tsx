import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from 'react';

/** The console's addresses. The server answers each of them with the same page. */
export type Route =
  | { page: 'new' }
  | { page: 'list' }
  | { page: 'invoice'; id: string }
  | { page: 'correct'; id: string }
  | { page: 'customers' }
  | { page: 'new_customer' }
  | { page: 'customer'; id: string }
  | { page: 'customer_import'; id: string | null }
  | { page: 'customer_sync' }
  | { page: 'products' }
  | { page: 'new_product' }
  | { page: 'product'; id: string }
  | { page: 'reconciliation' }
  | { page: 'operation' }
  | { page: 'unknown' };

export const addresses = {
  newInvoice: '/invoices/new',
  invoices: '/invoices',
  customers: '/customers',
  /** What was typed begins it. */
  newCustomer: (typed = '') =>
    typed ? `/customers/new?${new URLSearchParams({ q: typed })}` : '/customers/new',
  customer: (id: string) => `/customers/${id}`,
  customerImport: (id?: string) => (id ? `/customers/import/${id}` : '/customers/import'),
  customerSync: '/customers/sync',
  products: '/products',
  newProduct: '/products/new',
  product: (id: string) => `/products/${id}`,
  reconciliation: '/invoices/reconciliation',
  operation: '/invoices/operation',
  invoice: (id: string) => `/invoices/${id}`,
  correct: (id: string) => `/invoices/${id}/correct`,
};

const invoicePath = /^\/invoices\/([\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12})(\/correct)?$/i;

const customerPath = /^\/customers\/([\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12})$/i;

const importPath = /^\/customers\/import\/([\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12})$/i;

const productPath = /^\/products\/([\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12})$/i;

export function routeOf(path: string): Route {
  if (path === '/' || path === addresses.newInvoice) return { page: 'new' };
  if (path === addresses.invoices) return { page: 'list' };
  if (path === addresses.customers) return { page: 'customers' };
  if (path === addresses.newCustomer()) return { page: 'new_customer' };
  if (path === addresses.customerImport()) return { page: 'customer_import', id: null };
  if (path === addresses.customerSync) return { page: 'customer_sync' };
  const [, importId] = importPath.exec(path) ?? [];
  if (importId) return { page: 'customer_import', id: importId };
  const [, customerId] = customerPath.exec(path) ?? [];
  if (customerId) return { page: 'customer', id: customerId };
  if (path === addresses.products) return { page: 'products' };
  if (path === addresses.newProduct) return { page: 'new_product' };
  const [, productId] = productPath.exec(path) ?? [];
  if (productId) return { page: 'product', id: productId };
  if (path === addresses.reconciliation) return { page: 'reconciliation' };
  if (path === addresses.operation) return { page: 'operation' };
  const [, id, correct] = invoicePath.exec(path) ?? [];
  if (!id) return { page: 'unknown' };
  return correct ? { page: 'correct', id } : { page: 'invoice', id };
}

const moved = new EventTarget();

function subscribe(notify: () => void): () => void {
  window.addEventListener('popstate', notify);
  moved.addEventListener('move', notify);
  return () => {
    window.removeEventListener('popstate', notify);
    moved.removeEventListener('move', notify);
  };
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

export function navigate(address: string): void {
  if (address !== window.location.pathname) window.history.pushState(null, '', address);
  window.scrollTo(0, 0);
  moved.dispatchEvent(new Event('move'));
}

/** A real link: it opens in a new tab when asked to, and otherwise moves without a reload. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey;
    if (event.defaultPrevented || elsewhere || !href) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
