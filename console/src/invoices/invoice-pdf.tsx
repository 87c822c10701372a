import { Button, Loader, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Invoice } from '../api/bodies.ts';
import { retryDelay, retryPassing } from '../api/cache.ts';
import { fetchWithDeadline } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { invoiceName } from './invoice-name.ts';
import classes from './invoice-view.module.css';

export const pdfAddress = (id: string) => `/api/invoices/${encodeURIComponent(id)}/pdf`;
export const xmlAddress = (id: string) => `/api/invoices/${encodeURIComponent(id)}/xml`;

/** The printed invoice, beside its data: a sheet that waits for the stamp, then the PDF itself. */
export function InvoicePdf({ invoice }: { invoice: Invoice }) {
  const stamped = invoice.status === 'valid' || invoice.status === 'canceled';
  if (stamped) {
    // Phones have no PDF viewer inside pages, and no room for one.
    const inPlace = navigator.pdfViewerEnabled && matchMedia('(min-width: 36em)').matches;
    return inPlace ? <Sheet invoice={invoice} /> : <OpenElsewhere id={invoice.id} />;
  }
  return <BlankSheet word={words.invoice.pdfWaiting} />;
}

function Sheet({ invoice }: { invoice: Invoice }) {
  const pdf = usePdf(invoice);
  const url = useObjectUrl(pdf.data);
  if (pdf.error) {
    return (
      <Trouble error={pdf.error} title={words.invoice.pdfFailed} onRetry={() => pdf.refetch()} />
    );
  }
  if (!url) return <BlankSheet word={words.invoice.pdfLoading} />;
  return (
    <iframe
      className={classes.frame}
      src={`${url}#view=FitH&navpanes=0`}
      title={words.invoice.pdfTitle(invoiceName(invoice))}
    />
  );
}

/** Fetched rather than framed directly, so that a failure is told in words and can be retried. */
function usePdf({ id, status }: Invoice) {
  return useQuery({
    // A canceled invoice's PDF says so: it is another document.
    queryKey: ['pdf', id, status],
    queryFn: async ({ signal }) => {
      const answer = await fetchWithDeadline(pdfAddress(id), { signal });
      if (answer.ok) return answer.blob();
      throw new Problem(answer.status, await answer.json().catch(() => null), answer.headers);
    },
    retry: retryPassing,
    retryDelay,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

function useObjectUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
      setUrl(undefined);
    };
  }, [blob]);
  return url;
}

function BlankSheet({ word }: { word: string }) {
  return (
    <div className={`card ${classes.sheet}`} data-moving>
      <div aria-hidden className={classes.ghost}>
        {[40, 65, 30, 96, 100, 85].map((width) => (
          <Skeleton key={width} height={10} width={`${width}%`} />
        ))}
      </div>
      <div className={classes.sheetWord} role="status">
        <Loader size="sm" />
        <Text size="sm" c="dimmed">
          {word}
        </Text>
      </div>
    </div>
  );
}

function OpenElsewhere({ id }: { id: string }) {
  return (
    <div className={`card ${classes.sheet}`}>
      <div className={classes.sheetWord}>
        <Text size="sm" c="dimmed">
          {words.invoice.pdfElsewhere}
        </Text>
        <Button component="a" href={pdfAddress(id)} target="_blank" rel="noopener">
          {words.invoice.openPdf}
        </Button>
      </div>
    </div>
  );
}
