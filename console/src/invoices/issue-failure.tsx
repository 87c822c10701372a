import { type FieldErrors, unplaced } from '../api/field-errors.ts';
import { Problem } from '../api/problem.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { isRefusal } from './issue-invoice.ts';

interface IssueFailureProps {
  error: unknown;
  errors: FieldErrors;
  onRetry: () => void;
}

const lineFields = /^items\.\d+\.(quantity|discount|product)(\.|$)/;
const shownFields = ['customer', 'use', 'payment_form', 'payment_method'];

/** Why the invoice was not issued, or that nobody knows whether it was, and what to do now. */
export function IssueFailure({ error, errors, onRetry }: IssueFailureProps) {
  if (!error) return null;
  const say = words.issue;
  if (!(error instanceof Problem) || (error.status >= 500 && error.status !== 503)) {
    return (
      <Trouble
        error={error}
        title={say.unknown}
        hint={say.unknownHint}
        onRetry={onRetry}
        retryWord={say.retry}
      />
    );
  }
  if (isRefusal(error)) {
    const atLines = [...errors.keys()].filter((path) => lineFields.test(path));
    const elsewhere = unplaced(errors, [...shownFields, ...atLines]);
    const hint = elsewhere.join(' ') || (errors.size > 0 ? say.refusedHint : error.message);
    return <Trouble error={error} title={say.refused} hint={hint} />;
  }
  return (
    <Trouble
      error={error}
      title={say.busy}
      hint={say.busyHint}
      onRetry={onRetry}
      retryWord={say.retry}
    />
  );
}
