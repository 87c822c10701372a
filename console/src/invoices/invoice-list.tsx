import { Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconFileInvoice } from '@tabler/icons-react';
import type { Invoice } from '../api/bodies.ts';
import { money, shortDate } from '../app/formats.ts';
import { addresses, Link } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { useLive } from './invoice-events.tsx';
import classes from './invoice-list.module.css';
import { invoiceName } from './invoice-name.ts';
import { StatusBadge } from './invoice-status.tsx';
import { isMoving, useRecentInvoices } from './invoices.ts';

const fullListLimit = 20;

/** The latest invoices, their status live: a page of its own, or a few beside the form. */
export function InvoiceList({ limit }: { limit?: number }) {
  const beside = limit !== undefined;
  const invoices = useRecentInvoices(limit ?? fullListLimit);
  const live = useLive();
  const polling = !live && invoices.data?.some(({ status }) => isMoving(status));

  return (
    <section className={beside ? 'card' : classes.page} aria-labelledby="recent-title">
      <div className={classes.heading} data-beside={beside || undefined}>
        <Title order={beside ? 2 : 1} size={beside ? 'h5' : 'h2'} id="recent-title">
          {beside ? words.invoices.recent : words.invoices.title}
        </Title>
        {beside ? (
          <Link className={classes.all} href={addresses.invoices}>
            {words.invoices.all}
          </Link>
        ) : (
          <Button renderRoot={(props) => <Link href={addresses.newInvoice} {...props} />}>
            {words.shell.newInvoice}
          </Button>
        )}
      </div>
      {polling && (
        <Text size="xs" c="dimmed" px={20} pb="xs" role="status">
          {words.invoices.polling}
        </Text>
      )}
      <div className={beside ? undefined : 'card'}>
        {invoices.isPending && <Waiting rows={beside ? 3 : 6} />}
        {invoices.isError && !invoices.data && (
          <div className={classes.padded}>
            <Trouble
              error={invoices.error}
              title={words.invoices.failed}
              onRetry={() => invoices.refetch()}
            />
          </div>
        )}
        {invoices.data?.length === 0 && <Empty withButton={!beside} />}
        {invoices.data && invoices.data.length > 0 && (
          <ul className={classes.rows}>
            {invoices.data.map((invoice) => (
              <li key={invoice.id}>
                <Row invoice={invoice} beside={beside} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function Row({ invoice, beside }: { invoice: Invoice; beside: boolean }) {
  return (
    <Link
      className={classes.row}
      data-beside={beside || undefined}
      href={addresses.invoice(invoice.id)}
    >
      <span className={classes.customer}>{invoice.customer.legal_name}</span>
      <span className={classes.total}>{money(invoice.total, invoice.currency)}</span>
      <span className={classes.facts}>
        <span className={classes.folio}>{invoiceName(invoice)}</span>
        <time dateTime={invoice.created_at}>{shortDate(invoice.created_at)}</time>
      </span>
      <span className={classes.status}>
        {invoice.warnings.length > 0 && <WarningMark count={invoice.warnings.length} />}
        <StatusBadge status={invoice.status} />
      </span>
    </Link>
  );
}

function WarningMark({ count }: { count: number }) {
  const label = words.invoice.warnings(count);
  return (
    <span className={classes.warning} role="img" aria-label={label} title={label}>
      <IconAlertTriangle size={16} aria-hidden />
    </span>
  );
}

function Waiting({ rows }: { rows: number }) {
  return (
    <Stack gap="md" p={20} role="status" aria-label={words.shell.loading}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <Skeleton key={row} height={34} />
      ))}
    </Stack>
  );
}

function Empty({ withButton }: { withButton: boolean }) {
  return (
    <Stack align="center" gap={4} px={20} py={withButton ? 64 : 28}>
      <IconFileInvoice size={32} stroke={1.4} color="var(--mantine-color-dimmed)" aria-hidden />
      <Text fw={600} size="sm" mt={4}>
        {words.invoices.empty}
      </Text>
      <Text c="dimmed" size="sm" ta="center">
        {words.invoices.emptyHint}
      </Text>
      {withButton && (
        <Button mt="sm" renderRoot={(props) => <Link href={addresses.newInvoice} {...props} />}>
          {words.invoices.first}
        </Button>
      )}
    </Stack>
  );
}
