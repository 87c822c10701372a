import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconPlus } from '@tabler/icons-react';
import type { Invoice, Session } from '../api/bodies.ts';
import { Problem } from '../api/problem.ts';
import { Absent } from '../app/absent.tsx';
import { usePageTitle } from '../app/page-title.ts';
import { addresses, Link } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { Waiting } from '../app/waiting.tsx';
import { words } from '../app/words.ts';
import { Timeline } from '../history/timeline.tsx';
import { isReissuable } from '../reissue/reissuable.ts';
import { ReissueActions } from '../reissue/reissue-actions.tsx';
import { ReviewPanel } from '../review/review-panel.tsx';
import { mayIssue } from '../session/session.ts';
import { InvoiceFacts } from './invoice-facts.tsx';
import { invoiceName } from './invoice-name.ts';
import { InvoicePdf, pdfAddress, xmlAddress } from './invoice-pdf.tsx';
import { StatusBadge } from './invoice-status.tsx';
import classes from './invoice-view.module.css';
import { isMoving, useInvoice } from './invoices.ts';
import { Rejection } from './rejection.tsx';
import { Warnings } from './warnings.tsx';

interface InvoiceViewProps {
  id: string;
  session: Session;
}

/** One invoice: what it says, where it stands right now, what happened to it, and its PDF. */
export function InvoiceView({ id, session }: InvoiceViewProps) {
  const invoice = useInvoice(id);
  const name = invoice.data && invoiceName(invoice.data);
  usePageTitle(name ? words.invoice.title(name) : words.shell.invoices);

  if (invoice.data) return <Shown invoice={invoice.data} session={session} />;
  if (invoice.isPending) return <Waiting />;
  const absent = invoice.error instanceof Problem && invoice.error.status === 404;
  return absent ? (
    <Absent title={words.invoice.notFound} hint={words.invoice.notFoundHint} />
  ) : (
    <Trouble error={invoice.error} onRetry={() => invoice.refetch()} />
  );
}

function Shown({ invoice, session }: { invoice: Invoice; session: Session }) {
  const { status, rejection } = invoice;
  const mayAct = mayIssue(session);
  const stamped = status === 'valid' || status === 'canceled';
  // Without a PDF to come, the place beside is for what happened.
  const hasSheet = stamped || isMoving(status);
  return (
    <div className={classes.page}>
      <Stack gap={16} miw={0}>
        <Heading invoice={invoice} livemode={session.tenant.livemode} />
        <Group gap="xs">
          {mayAct && isReissuable(status) && <ReissueActions invoice={invoice} />}
          {mayAct && <Another filled={!isReissuable(status) && status !== 'review'} />}
          {stamped && <Downloads id={invoice.id} />}
        </Group>
        <Warnings warnings={invoice.warnings} />
        {rejection && <Rejection rejection={rejection} status={status} />}
        {status === 'review' && <ReviewPanel invoice={invoice} mayDecide={mayAct} />}
        <InvoiceFacts invoice={invoice} />
        {hasSheet && <Timeline invoice={invoice} />}
      </Stack>
      {hasSheet ? <InvoicePdf invoice={invoice} /> : <Timeline invoice={invoice} />}
    </div>
  );
}

function Heading({ invoice, livemode }: { invoice: Invoice; livemode: boolean }) {
  const { status } = invoice;
  const means = status === 'valid' && !livemode ? words.testValid : words.status[status].means;
  return (
    <div className={classes.heading}>
      <Title order={1} size="h2">
        {words.invoice.title(invoiceName(invoice))}
      </Title>
      <div role="status" className={classes.status}>
        <StatusBadge status={status} />
        <Text size="sm" c="dimmed">
          {means}
        </Text>
      </div>
    </div>
  );
}

function Another({ filled }: { filled: boolean }) {
  return (
    <Button
      variant={filled ? 'filled' : 'default'}
      leftSection={<IconPlus size={16} aria-hidden />}
      renderRoot={(props) => <Link href={addresses.newInvoice} {...props} />}
    >
      {words.invoice.again}
    </Button>
  );
}

function Downloads({ id }: { id: string }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        component="a"
        variant="default"
        href={`${pdfAddress(id)}?download=1`}
        aria-label={words.invoice.downloadPdf}
        leftSection={<IconDownload size={16} aria-hidden />}
      >
        {words.invoice.pdf}
      </Button>
      <Button
        component="a"
        variant="default"
        href={`${xmlAddress(id)}?download=1`}
        aria-label={words.invoice.downloadXml}
        leftSection={<IconDownload size={16} aria-hidden />}
      >
        {words.invoice.xml}
      </Button>
    </Group>
  );
}
