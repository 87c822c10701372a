import { useEffect, useState } from 'react';
import type { Session } from '../api/bodies.ts';
import { InvoiceEvents } from '../invoices/invoice-events.tsx';
import { InvoiceList } from '../invoices/invoice-list.tsx';
import { InvoiceView } from '../invoices/invoice-view.tsx';
import { NewInvoice } from '../invoices/new-invoice.tsx';
import { Absent } from './absent.tsx';
import { usePageTitle } from './page-title.ts';
import { type Route, routeOf, usePath } from './router.tsx';
import { Shell } from './shell.tsx';
import { words } from './words.ts';

/** Everything a signed-in person works in. */
export function Workspace({ session }: { session: Session }) {
  const path = usePath();
  const route = routeOf(path);
  const [entrance] = useState(path);

  // Whoever moves by keyboard or hears the page starts at the new page, not before the header.
  useEffect(() => {
    const lost = document.activeElement === document.body;
    if (lost && path !== entrance) document.getElementById('content')?.focus();
  }, [path, entrance]);

  return (
    <InvoiceEvents>
      <Shell session={session} page={route.page}>
        <Page route={route} session={session} />
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
      return <InvoiceView key={route.id} id={route.id} livemode={session.tenant.livemode} />;
    case 'unknown':
      return <UnknownPage />;
  }
}

function RecentInvoices() {
  usePageTitle(words.shell.invoices);
  return <InvoiceList />;
}

function UnknownPage() {
  usePageTitle(words.shell.unknownPage);
  return <Absent title={words.shell.unknownPage} hint={words.shell.unknownPageHint} />;
}
