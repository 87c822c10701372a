import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconPlus } from '@tabler/icons-react';
import type { Invoice } from '../api/bodies.ts';
import { Problem } from '../api/problem.ts';
import { Absent } from '../app/absent.tsx';
import { usePageTitle } from '../app/page-title.ts';
import { addresses, Link } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { InvoiceFacts } from './invoice-facts.tsx';
import { invoiceName } from './invoice-name.ts';
import { InvoicePdf, pdfAddress, xmlAddress } from './invoice-pdf.tsx';
import { StatusBadge } from './invoice-status.tsx';
import classes from './invoice-view.module.css';
import { useInvoice } from './invoices.ts';
import { Rejection } from './rejection.tsx';
import { Warnings } from './warnings.tsx';

interface InvoiceViewProps {
  id: string;
  livemode: boolean;
}

/** One invoice: what it says, where it stands right now, and its PDF beside. */
export function InvoiceView({ id, livemode }: InvoiceViewProps) {
  const invoice = useInvoice(id);
  const name = invoice.data && invoiceName(invoice.data);
  usePageTitle(name ? words.invoice.title(name) : words.shell.invoices);

  if (invoice.data) return <Shown invoice={invoice.data} livemode={livemode} />;
  if (invoice.isPending) return <Waiting />;
  const absent = invoice.error instanceof Problem && invoice.error.status === 404;
  return absent ? (
    <Absent title={words.invoice.notFound} hint={words.invoice.notFoundHint} />
  ) : (
    <Trouble error={invoice.error} onRetry={() => invoice.refetch()} />
  );
}

function Shown({ invoice, livemode }: { invoice: Invoice; livemode: boolean }) {
  const stamped = invoice.status === 'valid' || invoice.status === 'canceled';
  const status = words.status[invoice.status];
  const means = invoice.status === 'valid' && !livemode ? words.testValid : status.means;
  return (
    <div className={classes.page}>
      <Stack gap={16} miw={0}>
        <div className={classes.heading}>
          <Title order={1} size="h2">
            {words.invoice.title(invoiceName(invoice))}
          </Title>
          <div role="status" className={classes.status}>
            <StatusBadge status={invoice.status} />
            <Text size="sm" c="dimmed">
              {means}
            </Text>
          </div>
        </div>
        <Group gap="xs">
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            renderRoot={(props) => <Link href={addresses.newInvoice} {...props} />}
          >
            {words.invoice.again}
          </Button>
          {stamped && <Downloads id={invoice.id} />}
        </Group>
        <Warnings warnings={invoice.warnings} />
        {invoice.rejection && <Rejection rejection={invoice.rejection} />}
        <InvoiceFacts invoice={invoice} />
      </Stack>
      <InvoicePdf invoice={invoice} />
    </div>
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

function Waiting() {
  return (
    <div className={classes.page} role="status" aria-label={words.shell.loading}>
      <Stack gap="md">
        <Skeleton height={30} width={220} />
        <Skeleton height={24} width={320} maw="100%" />
        <Skeleton height={280} radius="md" />
      </Stack>
      <Skeleton height={560} radius="md" />
    </div>
  );
}
