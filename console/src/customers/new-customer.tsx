import { Button, Checkbox, Group, SimpleGrid, Stack, TextInput, Title } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { Customer } from '../api/bodies.ts';
import { errorAt, errorsOf, hasCode, unplaced } from '../api/field-errors.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { CatalogSelect } from '../catalogs/catalog-select.tsx';
import { useCatalog } from '../catalogs/catalogs.ts';
import classes from './customer-picker.module.css';
import { useCreateCustomer } from './customers.ts';

interface NewCustomerProps {
  startingName: string;
  onCreated: (customer: Customer) => void;
  onCancel: () => void;
}

const shownFields = ['legal_name', 'tax_id', 'address', 'tax_system', 'email'];
const rfcPattern = /^[A-ZÑ&]{3,4}\d{6}[A-Z\d]{3}$/i;

/** What SAT wants to know of a receiver, asked for in place. */
export function NewCustomer({ startingName, onCreated, onCancel }: NewCustomerProps) {
  const say = words.customers.form;
  const create = useCreateCustomer();
  const regimes = useCatalog('tax-systems');
  const [regime, setRegime] = useState('');
  const [tried, setTried] = useState(false);
  const [taxIdAccepted, setTaxIdAccepted] = useState(false);
  const errors = errorsOf(create.error);
  const elsewhere = unplaced(errors, shownFields);
  const doubtedTaxId = hasCode(create.error, 'rfc_check_digit_mismatch');
  const typedRfc = rfcPattern.test(startingName);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const focusInvalid = () =>
      requestAnimationFrame(() =>
        form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
      );
    setTried(true);
    if (!regime) {
      focusInvalid();
      return;
    }
    const fields = new FormData(form);
    const field = (name: string) => String(fields.get(name) ?? '').trim();
    create.mutate(
      {
        legal_name: field('legal_name').toUpperCase(),
        tax_id: field('tax_id').toUpperCase(),
        tax_system: regime,
        address: { zip: field('zip') },
        ...(taxIdAccepted ? { accept_rfc_check_digit: true } : {}),
        ...(field('email') ? { email: field('email') } : {}),
      },
      { onSuccess: onCreated, onError: focusInvalid },
    );
  };

  const leave = (event: KeyboardEvent) => {
    // Escape first closes a list that is open.
    const listOpen = (event.target as HTMLElement).ariaExpanded === 'true';
    if (event.key === 'Escape' && !listOpen) onCancel();
  };

  return (
    <form className={classes.new} onSubmit={submit} onKeyDown={leave} aria-label={say.title}>
      <Stack gap="sm">
        <Title order={3} size="h5">
          {say.title}
        </Title>
        {create.isError && (errors.size === 0 || elsewhere.length > 0) && (
          <Trouble error={create.error} title={say.failed} hint={elsewhere.join(' ')} />
        )}
        <TextInput
          name="legal_name"
          label={say.legalName}
          description={say.legalNameHint}
          defaultValue={typedRfc ? '' : startingName}
          error={errorAt(errors, 'legal_name')}
          required
          autoFocus
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput
            name="tax_id"
            label={say.taxId}
            defaultValue={typedRfc ? startingName : ''}
            error={errorAt(errors, 'tax_id')}
            maxLength={13}
            // What was accepted was that RFC, not whatever is typed next.
            onChange={() => setTaxIdAccepted(false)}
            autoCapitalize="characters"
            spellCheck={false}
            required
          />
          <TextInput
            name="zip"
            label={say.zip}
            error={errorAt(errors, 'address')}
            inputMode="numeric"
            pattern="\d{5}"
            maxLength={5}
            required
          />
        </SimpleGrid>
        {(doubtedTaxId || taxIdAccepted) && (
          <Checkbox
            label={say.acceptTaxId}
            checked={taxIdAccepted}
            onChange={(event) => setTaxIdAccepted(event.currentTarget.checked)}
          />
        )}
        <CatalogSelect
          label={say.taxSystem}
          entries={regimes.data}
          failed={regimes.isError}
          value={regime}
          onChange={setRegime}
          error={tried && !regime ? say.taxSystemRequired : errorAt(errors, 'tax_system')}
          withAsterisk
        />
        <TextInput
          name="email"
          type="email"
          label={`${say.email} (${say.optional})`}
          error={errorAt(errors, 'email')}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            {say.cancel}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {say.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
