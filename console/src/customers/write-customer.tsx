import { Loader } from '@mantine/core';
import type { Customer } from '../api/bodies.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { draftOfCustomer, draftOfTyped } from './customer-draft.ts';
import classes from './customer-form.module.css';
import { CustomerForm } from './customer-form.tsx';
import { useCustomer, useReadCustomer } from './customers.ts';

interface WriteCustomerProps {
  /** The name or RFC that a new one begins with, or the customer to put right. */
  starting: string | Customer;
  onSaved: (customer: Customer) => void;
  onCancel: () => void;
}

/** A customer made or put right in the middle of an invoice. */
export function WriteCustomer({ starting, onSaved, onCancel }: WriteCustomerProps) {
  const say = words.customers.form;
  const take = useReadCustomer(onSaved);
  // A receiver that is in no directory has an empty id: it becomes a customer by being saved.
  const id = typeof starting === 'string' ? null : starting.id || null;
  const known = useCustomer(id);
  const title = typeof starting === 'string' ? say.title : say.editTitle;
  const draft = typeof starting === 'string' ? draftOfTyped(starting) : draftOfCustomer(starting);
  return (
    <div className={classes.framed}>
      {id !== null && known.isPending && <Loader size="sm" aria-label={words.shell.loading} />}
      {known.isError && !known.data && (
        <Trouble
          error={known.error}
          title={words.customers.page.loadFailed}
          onRetry={() => known.refetch()}
        />
      )}
      {(id === null || known.data) && (
        <CustomerForm
          starting={known.data ?? draft}
          title={title}
          onSaved={onSaved}
          onCancel={onCancel}
          onTake={take.mutate}
          autoFocus
        />
      )}
    </div>
  );
}
