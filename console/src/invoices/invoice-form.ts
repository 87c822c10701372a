import { useDebouncedValue } from '@mantine/hooks';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { Customer } from '../api/bodies.ts';
import { errorsOf, type FieldErrors, noErrors, withoutField } from '../api/field-errors.ts';
import { bodyOf, type Draft, missingFrom, withNewLine } from './invoice-draft.ts';
import { usePreview } from './invoices.ts';
import { type Issuing, isRefusal } from './issue-invoice.ts';
import type { KeptDraft } from './kept-draft.ts';

const previewDelayMs = 250;
const invalidField = '[aria-invalid="true"], [data-invalid]';
const descriptionOf = (line: number) => `[name="items.${line}.product.description"]`;

export type EditDraft = (field: string, change: Partial<Draft>) => void;

interface InvoiceFormOptions {
  kept: KeptDraft;
  issue: Issuing;
  /** Where its fields are found. */
  page: RefObject<HTMLDivElement | null>;
  /** What is known to be wrong with it from the start. */
  refusedBefore?: FieldErrors;
}

/** What a person can do with the invoice being written. */
export function useInvoiceForm({ kept, issue, page, refusedBefore }: InvoiceFormOptions) {
  const { draft, setDraft, original, wasRestored } = kept;
  const [restored, setRestored] = useState(wasRestored);
  const [refused, setRefused] = useState<FieldErrors>(refusedBefore ?? noErrors);

  const input = useMemo(() => (missingFrom(draft).size === 0 ? bodyOf(draft) : null), [draft]);
  const [previewed] = useDebouncedValue(input, previewDelayMs);
  const preview = usePreview(previewed);

  const previewError = input ? preview.error : null;
  const errors = useMemo<FieldErrors>(
    () => new Map([...errorsOf(previewError), ...refused]),
    [previewError, refused],
  );
  const wanted = useRef<string>(undefined);
  const focus = (selector: string) => {
    wanted.current = selector;
  };
  // At whichever commit the field is there, or says that it is invalid.
  useEffect(() => {
    const field = wanted.current && page.current?.querySelector<HTMLElement>(wanted.current);
    if (!field) return;
    wanted.current = undefined;
    field.focus();
  });

  /** Changes the draft; what was said about the edited field no longer holds. */
  const edit: EditDraft = (field, change) => {
    // Whoever writes again is not to be called away by what was wrong before.
    if (wanted.current === invalidField) wanted.current = undefined;
    setDraft((before) => ({ ...before, ...change }));
    setRefused((before) => withoutField(before, field));
    if (isRefusal(issue.error)) issue.reset();
  };

  const send = () => {
    if (issue.isPending) return;
    const missing = missingFrom(draft);
    const body = bodyOf(draft);
    setRefused(missing);
    if (missing.size > 0 || !body) {
      focus(invalidField);
      return;
    }
    issue.mutate(body, {
      onError: (error) => {
        setRefused(errorsOf(error));
        focus(invalidField);
      },
    });
  };

  const chooseCustomer = (customer: Customer | null) => {
    const use = customer?.default_invoice_use;
    edit('customer', { customer, ...(use ? { use } : {}) });
    if (customer) focus(descriptionOf(0));
  };

  const addLine = () => {
    const longer = withNewLine(draft);
    setDraft(longer);
    focus(descriptionOf(longer.lines.length - 1));
  };

  const startOver = () => {
    setDraft(original());
    setRefused(noErrors);
    setRestored(false);
    issue.reset();
  };

  return {
    page,
    draft,
    errors,
    restored,
    complete: input !== null,
    preview: input ? preview.data : undefined,
    previewError,
    updating: input !== previewed || preview.isFetching,
    issuing: issue.isPending,
    issueError: issue.error,
    edit,
    send,
    chooseCustomer,
    addLine,
    startOver,
  };
}

export type InvoiceForm = ReturnType<typeof useInvoiceForm>;
