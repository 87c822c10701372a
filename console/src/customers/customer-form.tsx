import { Button, Checkbox, Group, SimpleGrid, Stack, TextInput, Title } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { Customer, CustomerInput } from '../api/bodies.ts';
import { errorAt, errorsOf, hasCode, unplaced } from '../api/field-errors.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { CatalogSelect } from '../catalogs/catalog-select.tsx';
import { useCatalog } from '../catalogs/catalogs.ts';
import classes from './customer-picker.module.css';
import { useSaveCustomer } from './customers.ts';

interface CustomerFormProps {
  /** The name or RFC that a new one begins with, or the customer to put right. */
  starting: string | Customer;
  onSaved: (customer: Customer) => void;
  onCancel: () => void;
}

const shownFields = ['legal_name', 'tax_id', 'address', 'tax_system', 'email'];
const rfcPattern = /^[A-ZÑ&]{3,4}\d{6}[A-Z\d]{3}$/i;

/** What SAT wants to know of a receiver, new or put right, asked for in place. */
export function CustomerForm({ starting, onSaved, onCancel }: CustomerFormProps) {
  const say = words.customers.form;
  const before = typeof starting === 'string' ? startingFields(starting) : starting;
  const known = typeof starting === 'string' ? undefined : starting;
  const save = useSaveCustomer(known?.id || undefined);
  const regimes = useCatalog('tax-systems');
  const [regime, setRegime] = useState(before.tax_system);
  const [tried, setTried] = useState(false);
  const [taxIdAccepted, setTaxIdAccepted] = useState(known?.rfc_check_digit_accepted ?? false);
  const errors = errorsOf(save.error);
  const elsewhere = unplaced(errors, shownFields);
  const doubtedTaxId = hasCode(save.error, 'rfc_check_digit_mismatch');
  const title = known ? say.editTitle : say.title;

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
    save.mutate(
      {
        legal_name: field('legal_name').toUpperCase(),
        tax_id: field('tax_id').toUpperCase(),
        tax_system: regime,
        address: { zip: field('zip') },
        ...(taxIdAccepted ? { accept_rfc_check_digit: true } : {}),
        ...(field('email') ? { email: field('email') } : {}),
        ...unseen(known),
      },
      { onSuccess: onSaved, onError: focusInvalid },
    );
  };

  const leave = (event: KeyboardEvent) => {
    // Escape first closes a list that is open.
    const listOpen = (event.target as HTMLElement).ariaExpanded === 'true';
    if (event.key === 'Escape' && !listOpen) onCancel();
  };

  return (
    <form className={classes.new} onSubmit={submit} onKeyDown={leave} aria-label={title}>
      <Stack gap="sm">
        <Title order={3} size="h5">
          {title}
        </Title>
        {save.isError && (errors.size === 0 || elsewhere.length > 0) && (
          <Trouble error={save.error} title={say.failed} hint={elsewhere.join(' ')} />
        )}
        <TextInput
          name="legal_name"
          label={say.legalName}
          description={say.legalNameHint}
          defaultValue={before.legal_name}
          error={errorAt(errors, 'legal_name')}
          required
          autoFocus
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput
            name="tax_id"
            label={say.taxId}
            defaultValue={before.tax_id}
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
            defaultValue={before.address.zip}
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
          defaultValue={before.email ?? ''}
          error={errorAt(errors, 'email')}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            {say.cancel}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {say.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What was typed in the search is a name, or an RFC. */
function startingFields(typed: string) {
  const isRfc = rfcPattern.test(typed);
  const empty = { tax_system: '', email: null, address: { zip: '' } };
  return { ...empty, legal_name: isRfc ? '' : typed, tax_id: isRfc ? typed : '' };
}

/** A customer is replaced as a whole, so what the form does not show goes along. */
function unseen(known: Customer | undefined): Partial<CustomerInput> {
  return {
    ...(known?.phone ? { phone: known.phone } : {}),
    ...(known?.default_invoice_use ? { default_invoice_use: known.default_invoice_use } : {}),
  };
}
