import { Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import { Problem } from '../api/problem.ts';
import { words } from '../app/words.ts';
import { Sums } from '../invoices/sums.tsx';
import { missingPricing, type ProductDraft, pricingOf } from './product-draft.ts';
import classes from './product-form.module.css';
import { useProductPreview } from './products.ts';
import { taxesInWords } from './taxes-in-words.ts';

const previewDelayMs = 250;

/** One piece as an invoice would have it: the server's arithmetic, and in words what it means. */
export function ProductPreview({ draft }: { draft: ProductDraft }) {
  const say = words.products.preview;
  const pricing = useMemo(
    () => (missingPricing(draft).size === 0 ? pricingOf(draft) : null),
    [draft],
  );
  const [asked] = useDebouncedValue(pricing, previewDelayMs);
  const preview = useProductPreview(asked);
  return (
    <aside className={`card ${classes.preview}`} aria-labelledby="preview-title">
      <Title order={2} size="h5" id="preview-title">
        {say.title}
      </Title>
      {pricing && (
        <Text size="sm" fw={500}>
          {taxesInWords(pricing)}
        </Text>
      )}
      {pricing && preview.data && !preview.isError ? (
        <Sums of={preview.data} updating={asked !== pricing || preview.isFetching} />
      ) : (
        <Text size="sm" c="dimmed">
          {pricing && preview.isError ? troubleWord(preview.error) : say.hint}
        </Text>
      )}
    </aside>
  );
}

function troubleWord(error: unknown): string {
  const say = words.products.preview;
  if (!(error instanceof Problem) || error.status !== 422) return say.failed;
  return error.errors[0]?.message ?? say.fix;
}
