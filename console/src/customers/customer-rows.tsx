import { Skeleton, Stack } from '@mantine/core';
import type { Customer, FoundCustomer } from '../api/bodies.ts';
import { Highlighted } from '../app/highlighted.tsx';
import { addresses, Link } from '../app/router.tsx';
import { words } from '../app/words.ts';
import classes from './customers-page.module.css';

type Row = Customer & Partial<Pick<FoundCustomer, 'match'>>;

/** Each a link to its page. */
export function CustomerRows({ customers }: { customers: readonly Row[] }) {
  return (
    <ul className={classes.rows}>
      {customers.map((customer) => (
        <li key={customer.id}>
          <Link className={classes.row} href={addresses.customer(customer.id)}>
            <span className={classes.name}>
              <Highlighted of={customer} field="legal_name" />
              {customer.match?.tier === 'typo' && (
                <small className={classes.typo}>{words.customers.list.typo}</small>
              )}
            </span>
            <span className={classes.taxId}>
              <Highlighted of={customer} field="tax_id" />
            </span>
            <span className={classes.email}>
              <Highlighted of={customer} field="email" />
            </span>
            <span className={classes.zip}>{words.customers.zip(customer.address.zip)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

const rowsWaiting = ['a', 'b', 'c', 'd', 'e', 'f'];

CustomerRows.Waiting = function Waiting() {
  return (
    <Stack gap="md" p={20} role="status" aria-label={words.shell.loading}>
      {rowsWaiting.map((row) => (
        <Skeleton key={row} height={28} />
      ))}
    </Stack>
  );
};
