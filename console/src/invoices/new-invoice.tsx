import { Button, Group, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import { errorAt } from '../api/field-errors.ts';
import { usePageTitle } from '../app/page-title.ts';
import { useShortcut } from '../app/shortcut.ts';
import { words } from '../app/words.ts';
import { CustomerPicker } from '../customers/customer-picker.tsx';
import { useInvoiceForm } from './invoice-form.ts';
import { InvoiceList } from './invoice-list.tsx';
import { IssueFailure } from './issue-failure.tsx';
import { LinesSection } from './lines-section.tsx';
import classes from './new-invoice.module.css';
import { PaymentFields } from './payment-fields.tsx';
import { Totals } from './totals.tsx';

const recentBesideForm = 6;

/** From a client's name to an issued invoice, without leaving the keyboard. */
export function NewInvoice({ tenantId }: { tenantId: string }) {
  const page = useRef<HTMLDivElement>(null);
  const form = useInvoiceForm(tenantId, page);
  usePageTitle(words.draft.title);
  useShortcut('ctrl', 'Enter', form.send);
  useShortcut('alt', 'KeyA', form.addLine);

  return (
    <div ref={page} className={classes.page}>
      <div className={classes.form}>
        <Group justify="space-between" gap="xs" mih={30}>
          <Title order={1} size="h2">
            {words.draft.title}
          </Title>
          {form.restored && <Restored onStartOver={form.startOver} />}
        </Group>
        <section className={`card ${classes.section}`} aria-label={words.draft.receiver}>
          <CustomerPicker
            value={form.draft.customer}
            onChange={form.chooseCustomer}
            error={errorAt(form.errors, 'customer')}
          />
        </section>
        <LinesSection
          draft={form.draft}
          amounts={form.preview?.lines.map(({ amount }) => amount) ?? []}
          errors={form.errors}
          onEdit={form.edit}
          onAdd={form.addLine}
        />
        <section className={`card ${classes.section}`} aria-labelledby="payment-title">
          <Title order={2} size="h5" id="payment-title">
            {words.draft.payment}
          </Title>
          <PaymentFields draft={form.draft} errors={form.errors} onEdit={form.edit} />
        </section>
      </div>

      <aside className={classes.side}>
        <section className={`card ${classes.section}`} aria-labelledby="totals-title">
          <Title order={2} size="h5" id="totals-title">
            {words.totals.title}
          </Title>
          <Totals
            preview={form.preview}
            updating={form.updating}
            error={form.previewError}
            complete={form.complete}
            refusalShown={form.issueError !== null}
          />
          <IssueFailure error={form.issueError} errors={form.errors} onRetry={form.send} />
          <Button size="md" fullWidth loading={form.issuing} onClick={form.send}>
            {words.issue.button}
            <kbd className={classes.keyOnButton}>{words.draft.issueKeys}</kbd>
          </Button>
        </section>
        <InvoiceList limit={recentBesideForm} />
      </aside>
    </div>
  );
}

function Restored({ onStartOver }: { onStartOver: () => void }) {
  return (
    <Group gap={6} role="status">
      <Text size="sm" c="dimmed">
        {words.draft.restored}
      </Text>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconX size={14} aria-hidden />}
        onClick={onStartOver}
      >
        {words.draft.discard}
      </Button>
    </Group>
  );
}
