import { useRef } from 'react';
import { usePageTitle } from '../app/page-title.ts';
import { addresses, navigate } from '../app/router.tsx';
import { words } from '../app/words.ts';
import { useInvoiceForm } from './invoice-form.ts';
import { InvoiceFormPage } from './invoice-form-page.tsx';
import { InvoiceList } from './invoice-list.tsx';
import { useIssueInvoice } from './issue-invoice.ts';
import { forgetDraft, keptNew, useKeptDraft } from './kept-draft.ts';

const recentBesideForm = 6;

/** From a client's name to an issued invoice, without leaving the keyboard. */
export function NewInvoice({ tenantId }: { tenantId: string }) {
  const page = useRef<HTMLDivElement>(null);
  const kept = useKeptDraft(tenantId, keptNew);
  const issue = useIssueInvoice((invoice) => {
    forgetDraft(keptNew);
    navigate(addresses.invoice(invoice.id));
  });
  const form = useInvoiceForm({ kept, issue, page });
  const say = words.draft;
  usePageTitle(say.title);

  return (
    <InvoiceFormPage
      form={form}
      title={say.title}
      button={words.issue.button}
      restored={{ word: say.restored, discard: say.discard }}
      beside={<InvoiceList limit={recentBesideForm} />}
    />
  );
}
