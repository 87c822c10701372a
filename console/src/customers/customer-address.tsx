import { TextInput, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { errorAt } from '../api/field-errors.ts';
import { words } from '../app/words.ts';
import { type AddressField, addressFields } from './customer-draft.ts';
import type { CustomerFieldsProps } from './customer-fields.tsx';
import classes from './customer-form.module.css';

/** What the CFDI does not ask for: out of the way until it is wanted, there or wrong. */
export function CustomerAddress({ draft, errors, onEdit }: CustomerFieldsProps) {
  const filled = draft.external_id !== '' || addressFields.some((field) => draft[field] !== '');
  const [opened, setOpened] = useState(filled);
  const errorOf = (field: AddressField) => errorAt(errors, `address.${field}`);
  const wrong = addressFields.some(errorOf) || errors.has('external_id');
  if (wrong && !opened) setOpened(true);
  const say = words.customers.form;
  const field = (name: AddressField) => (
    <TextInput
      label={say[name]}
      value={draft[name]}
      onChange={(event) => onEdit(`address.${name}`, { [name]: event.currentTarget.value })}
      error={errorOf(name)}
      maxLength={150}
      autoComplete="off"
    />
  );
  return (
    <div>
      <UnstyledButton
        className={classes.toggle}
        aria-expanded={opened}
        onClick={() => setOpened(!opened)}
      >
        <IconChevronRight size={14} aria-hidden />
        {say.more}
      </UnstyledButton>
      {opened && (
        <div className={classes.address}>
          <div data-wide>{field('street')}</div>
          {field('exterior')}
          {field('interior')}
          {field('neighborhood')}
          {field('municipality')}
          {field('city')}
          {field('state')}
          <div data-wide>
            <TextInput
              label={say.externalId}
              description={say.externalIdHint}
              value={draft.external_id}
              onChange={(event) =>
                onEdit('external_id', { external_id: event.currentTarget.value })
              }
              error={errorAt(errors, 'external_id')}
              maxLength={100}
              autoComplete="off"
            />
          </div>
        </div>
      )}
    </div>
  );
}
