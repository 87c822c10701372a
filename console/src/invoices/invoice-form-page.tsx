import { Button, Group, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { errorAt } from '../api/field-errors.ts';
import { useShortcut } from '../app/shortcut.ts';
import { words } from '../app/words.ts';
import { CustomerPicker } from '../customers/customer-picker.tsx';
import type { InvoiceForm } from './invoice-form.ts';
import { IssueFailure } from './issue-failure.tsx';
import { LinesSection } from './lines-section.tsx';
import classes from './new-invoice.module.css';
import { PaymentFields } from './payment-fields.tsx';
import { Totals } from './totals.tsx';

interface InvoiceFormPageProps {
  form: InvoiceForm;
  title: string;
  button: string;
  /** That a half-written one is back, and how to be rid of it. */
  restored: { word: string; discard: string };
  /** Above the fields. */
  children?: ReactNode;
  /** Below the totals. */
  beside?: ReactNode;
}

/** The fields of an invoice, their totals, and the button that sends it. */
export function InvoiceFormPage({ form, title, button, ...rest }: InvoiceFormPageProps) {
  useShortcut('ctrl', 'Enter', form.send);
  useShortcut('alt', 'KeyA', form.addLine);

  return (
    <div ref={form.page} className={classes.page}>
      <div className={classes.form}>
        <Group justify="space-between" gap="xs" mih={30}>
          <Title order={1} size="h2">
            {title}
          </Title>
          {form.restored && <Restored {...rest.restored} onStartOver={form.startOver} />}
        </Group>
        {rest.children}
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
            {button}
            <kbd className={classes.keyOnButton}>{words.draft.issueKeys}</kbd>
          </Button>
        </section>
        {rest.beside}
      </aside>
    </div>
  );
}

function Restored(props: { word: string; discard: string; onStartOver: () => void }) {
  return (
    <Group gap={6} role="status">
      <Text size="sm" c="dimmed">
        {props.word}
      </Text>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconX size={14} aria-hidden />}
        onClick={props.onStartOver}
      >
        {props.discard}
      </Button>
    </Group>
  );
}
