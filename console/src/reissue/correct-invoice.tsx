import { Text } from '@mantine/core';
import { IconHash } from '@tabler/icons-react';
import { useMemo, useRef, useState } from 'react';
import type { Customer, Invoice } from '../api/bodies.ts';
import { dottedPath, type FieldErrors } from '../api/field-errors.ts';
import { Absent } from '../app/absent.tsx';
import { usePageTitle } from '../app/page-title.ts';
import { addresses, Link, navigate } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { Waiting } from '../app/waiting.tsx';
import { words } from '../app/words.ts';
import { useCustomer } from '../customers/customers.ts';
import { useInvoiceForm } from '../invoices/invoice-form.ts';
import { InvoiceFormPage } from '../invoices/invoice-form-page.tsx';
import { invoiceName } from '../invoices/invoice-name.ts';
import { useInvoice } from '../invoices/invoices.ts';
import { useReissueInvoice } from '../invoices/issue-invoice.ts';
import { forgetDraft, keptCorrection, useKeptDraft } from '../invoices/kept-draft.ts';
import { Rejection } from '../invoices/rejection.tsx';
import classes from './correct-invoice.module.css';
import { draftOfInvoice } from './draft-of-invoice.ts';
import { isReissuable } from './reissuable.ts';

interface CorrectInvoiceProps {
  id: string;
  tenantId: string;
}

/** A refused or expired invoice in the form that made it, to be sent again under its folio. */
export function CorrectInvoice({ id, tenantId }: CorrectInvoiceProps) {
  const invoice = useInvoice(id);
  const receiverId = invoice.data?.customer.id ?? null;
  const receiver = useCustomer(receiverId);
  // What was shown stays while it is being written, whatever is heard of the invoice meanwhile.
  const [subject, setSubject] = useState<{ invoice: Invoice; receiver: Customer | null }>();
  const known = invoice.data !== undefined && (receiverId === null || receiver.isFetched);
  if (!subject && known && isReissuable(invoice.data.status)) {
    setSubject({ invoice: invoice.data, receiver: receiver.data ?? null });
  }
  usePageTitle(words.reissue.correct);

  if (subject) return <Correction {...subject} tenantId={tenantId} />;
  if (invoice.isError) {
    return <Trouble error={invoice.error} onRetry={() => invoice.refetch()} />;
  }
  if (!invoice.data || !known) return <Waiting />;
  const name = invoiceName(invoice.data);
  return (
    <Absent
      title={words.reissue.impossible(name)}
      hint={words.reissue.impossibleHint}
      href={addresses.invoice(id)}
      way={words.reissue.back}
    />
  );
}

interface CorrectionProps {
  invoice: Invoice;
  receiver: Customer | null;
  tenantId: string;
}

function Correction({ invoice, receiver, tenantId }: CorrectionProps) {
  const page = useRef<HTMLDivElement>(null);
  const as = useMemo(
    () => keptCorrection(invoice.id, draftOfInvoice(invoice, receiver)),
    [invoice, receiver],
  );
  const kept = useKeptDraft(tenantId, as);
  const issue = useReissueInvoice(invoice.id, (reissued) => {
    forgetDraft(as);
    navigate(addresses.invoice(reissued.id));
  });
  const form = useInvoiceForm({
    kept,
    issue,
    page,
    refusedBefore: errorsOfRejection(invoice),
  });
  const say = words.reissue;
  const name = invoiceName(invoice);

  return (
    <InvoiceFormPage
      form={form}
      title={say.title(name)}
      button={say.button}
      restored={{ word: say.restored, discard: say.discard }}
    >
      <div className={classes.keeps}>
        <IconHash size={20} aria-hidden className={classes.icon} />
        <div>
          <Text size="sm" fw={600}>
            {say.keeps(name)}
          </Text>
          <Text size="sm" c="dimmed">
            {say.keepsHint}
          </Text>
        </div>
        <Link className={classes.back} href={addresses.invoice(invoice.id)}>
          {say.back}
        </Link>
      </div>
      {invoice.rejection && <Rejection rejection={invoice.rejection} status={invoice.status} />}
    </InvoiceFormPage>
  );
}

/** What FacturAPI complained of stands at its field, where it is put right. */
function errorsOfRejection({ rejection }: Invoice): FieldErrors {
  const errors = (rejection?.errors ?? []).filter(({ path }) => path);
  return new Map(errors.map(({ path, message }) => [dottedPath(path), message]));
}
