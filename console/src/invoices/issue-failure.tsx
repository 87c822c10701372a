import type { FieldErrors } from '../api/field-errors.ts';
import { Problem } from '../api/problem.ts';
import { addresses, Link } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { saidNowhere } from './form-fields.ts';
import { invoiceName } from './invoice-name.ts';
import { isRefusal, rejectedInvoice } from './issue-invoice.ts';
import classes from './new-invoice.module.css';

interface IssueFailureProps {
  error: unknown;
  errors: FieldErrors;
  onRetry: () => void;
}

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
    const elsewhere = saidNowhere(errors).join(' ');
    const hint = elsewhere || (errors.size > 0 ? say.refusedHint : error.message);
    const spent = rejectedInvoice(error);
    if (!spent) return <Trouble error={error} title={say.refused} hint={hint} />;
    return (
      <Trouble error={error} title={say.rejected(invoiceName(spent))} hint={hint}>
        <Link className={classes.seeRejected} href={addresses.invoice(spent.id)}>
          {say.seeRejected}
        </Link>
      </Trouble>
    );
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
