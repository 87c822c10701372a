import { Text } from '@mantine/core';
import type { Preview } from '../api/bodies.ts';
import { errorsOf } from '../api/field-errors.ts';
import { Problem } from '../api/problem.ts';
import { words } from '../app/words.ts';
import { saidNowhere } from './form-fields.ts';
import { Sums } from './sums.tsx';

interface TotalsProps {
  preview: Preview | undefined;
  updating: boolean;
  error: unknown;
  /** Whether the draft holds enough to be computed. */
  complete: boolean;
  /** Why the invoice was refused is said already, beside this. */
  refusalShown: boolean;
}

/** The draft's arithmetic as the server will send it, or why there is none. */
export function Totals({ preview, updating, error, complete, refusalShown }: TotalsProps) {
  if (error) {
    const invalid = error instanceof Problem && error.status === 422;
    if (invalid && refusalShown) return null;
    const elsewhere = saidNowhere(errorsOf(error));
    if (invalid && elsewhere.length > 0) {
      return (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {elsewhere.join(' ')}
        </Text>
      );
    }
    return (
      <Text size="sm" c="dimmed">
        {invalid ? words.totals.fix : words.totals.failed}
      </Text>
    );
  }
  if (!preview) {
    return (
      <Text size="sm" c="dimmed">
        {complete ? words.totals.updating : words.totals.hint}
      </Text>
    );
  }
  return <Sums of={preview} updating={updating} />;
}
