import { lazy, Suspense, useEffect, useState } from 'react';
import type { Session } from '../api/bodies.ts';
import { InvoiceEvents } from '../invoices/invoice-events.tsx';
import { InvoiceList } from '../invoices/invoice-list.tsx';
import { InvoiceView } from '../invoices/invoice-view.tsx';
import { NewInvoice } from '../invoices/new-invoice.tsx';
import { CorrectInvoice } from '../reissue/correct-invoice.tsx';
import { mayAdminister, mayIssue } from '../session/session.ts';
import { Absent } from './absent.tsx';
import { usePageTitle } from './page-title.ts';
import { type Route, routeOf, usePath } from './router.tsx';
import { Shell } from './shell.tsx';
import { Waiting } from './waiting.tsx';
import { words } from './words.ts';

const CustomersPage = lazy(() =>
  import('../customers/customers-page.tsx').then((module) => ({ default: module.CustomersPage })),
);
const CustomerPage = lazy(() =>
  import('../customers/customer-page.tsx').then((module) => ({ default: module.CustomerPage })),
);
const CustomerImportPage = lazy(() =>
  import('../customer-import/customer-import-page.tsx').then((module) => ({
    default: module.CustomerImportPage,
  })),
);
const CustomerSyncPage = lazy(() =>
  import('../customer-sync/customer-sync-page.tsx').then((module) => ({
    default: module.CustomerSyncPage,
  })),
);
const NewCustomerPage = lazy(() =>
  import('../customers/customer-page.tsx').then((module) => ({ default: module.NewCustomerPage })),
);
const ProductsPage = lazy(() =>
  import('../products/products-page.tsx').then((module) => ({ default: module.ProductsPage })),
);
const ProductPage = lazy(() =>
  import('../products/product-page.tsx').then((module) => ({ default: module.ProductPage })),
);
const NewProductPage = lazy(() =>
  import('../products/product-page.tsx').then((module) => ({ default: module.NewProductPage })),
);
// Of a few people: nobody else need fetch them.
const ReconciliationPage = lazy(() =>
  import('../reconciliation/reconciliation-page.tsx').then((module) => ({
    default: module.ReconciliationPage,
  })),
);
const OperationPage = lazy(() =>
  import('../operation/operation-page.tsx').then((module) => ({ default: module.OperationPage })),
);

/** Everything a signed-in person works in. */
export function Workspace({ session }: { session: Session }) {
  const path = usePath();
  const route = routeOf(path);
  const [entrance] = useState(path);

  // Whoever moves by keyboard or hears the page starts at the new page, not before the header.
  useEffect(() => {
    const lost = document.activeElement === document.body;
    if (lost && path !== entrance) {
      // Where the page begins is for `navigate` to say; the header covers what focus scrolls to.
      document.getElementById('content')?.focus({ preventScroll: true });
    }
  }, [path, entrance]);

  return (
    <InvoiceEvents>
      <Shell session={session} page={route.page}>
        <Suspense fallback={<Waiting />}>
          <Page route={route} session={session} />
        </Suspense>
      </Shell>
    </InvoiceEvents>
  );
}

function Page({ route, session }: { route: Route; session: Session }) {
  switch (route.page) {
    case 'new':
      return <NewInvoice tenantId={session.tenant.id} />;
    case 'list':
      return <RecentInvoices />;
    case 'invoice':
      return <InvoiceView key={route.id} id={route.id} session={session} />;
    case 'correct':
      return <CorrectInvoice key={route.id} id={route.id} tenantId={session.tenant.id} />;
    case 'customers':
      return <CustomersPage session={session} />;
    case 'new_customer':
      return mayIssue(session) ? <NewCustomerPage typed={typedInAddress()} /> : <UnknownPage />;
    case 'customer':
      return <CustomerPage key={route.id} id={route.id} session={session} />;
    case 'customer_import':
      return mayIssue(session) ? <CustomerImportPage id={route.id} /> : <UnknownPage />;
    case 'customer_sync':
      return <CustomerSyncPage session={session} />;
    case 'products':
      return <ProductsPage session={session} />;
    case 'new_product':
      return mayIssue(session) ? <NewProductPage /> : <UnknownPage />;
    case 'product':
      return <ProductPage key={route.id} id={route.id} session={session} />;
    case 'reconciliation':
      return mayAdminister(session) ? <ReconciliationPage /> : <UnknownPage />;
    case 'operation':
      return session.user.is_operator ? <OperationPage /> : <UnknownPage />;
    case 'unknown':
      return <UnknownPage />;
  }
}

function typedInAddress(): string {
  return new URLSearchParams(window.location.search).get('q') ?? '';
}

function RecentInvoices() {
  usePageTitle(words.shell.invoices);
  return <InvoiceList />;
}

function UnknownPage() {
  usePageTitle(words.shell.unknownPage);
  return <Absent title={words.shell.unknownPage} hint={words.shell.unknownPageHint} />;
}
