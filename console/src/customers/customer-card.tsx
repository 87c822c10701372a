import { Button, Input } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Customer } from '../api/bodies.ts';
import { words } from '../app/words.ts';
import { useCatalog } from '../catalogs/catalogs.ts';
import classes from './customer-picker.module.css';

interface CustomerCardProps {
  customer: Customer;
  onChange: () => void;
  /** To put right what SAT knows otherwise. */
  onEdit: () => void;
  error?: ReactNode;
}

/** The chosen receiver, with the facts that SAT will compare. */
export function CustomerCard({ customer, onChange, onEdit, error }: CustomerCardProps) {
  const regimes = useCatalog('tax-systems');
  const regime = regimes.data?.find(({ code }) => code === customer.tax_system)?.name;
  return (
    <div>
      <Input.Label component="div" size="md" mb={4}>
        {words.customers.label}
      </Input.Label>
      <div className={classes.chosen} data-error={error ? true : undefined}>
        <div>
          <div className={classes.chosenName}>{customer.legal_name}</div>
          <div className={classes.facts}>
            <span className={classes.taxId}>{customer.tax_id}</span>
            <span>{words.customers.zip(customer.address.zip)}</span>
            <span>
              {customer.tax_system} {regime}
            </span>
            {customer.email && <span>{customer.email}</span>}
          </div>
        </div>
        <div className={classes.ways}>
          <Button variant="subtle" size="xs" onClick={onEdit}>
            {words.customers.edit}
          </Button>
          <Button
            variant="default"
            size="xs"
            onClick={onChange}
            data-invalid={error ? true : undefined}
            aria-describedby={error ? 'customer-error' : undefined}
          >
            {words.customers.change}
          </Button>
        </div>
      </div>
      {error && (
        <Input.Error mt={6} id="customer-error">
          {error}
        </Input.Error>
      )}
    </div>
  );
}
