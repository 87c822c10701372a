import { Button, Group, Text, Title } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import type { CustomerRecord } from '../api/bodies.ts';
import {
  errorsOf,
  type FieldErrors,
  hasCode,
  noErrors,
  unplaced,
  withoutField,
} from '../api/field-errors.ts';
import { changedMeanwhile, type KnownVersion } from '../api/versions.ts';
import { Trouble } from '../app/trouble.tsx';
import { VersionConflict } from '../app/version-conflict.tsx';
import { useVersionedDraft } from '../app/versioned-draft.ts';
import { words } from '../app/words.ts';
import {
  addressFields,
  bodyOf,
  type CustomerDraft,
  differences,
  draftOfCustomer,
  isOwnTaxId,
} from './customer-draft.ts';
import { CustomerFields } from './customer-fields.tsx';
import classes from './customer-form.module.css';
import { useSaveCustomer } from './customers.ts';
import { Duplicates } from './duplicates.tsx';
import { fieldName, inFormOrder } from './field-name.ts';
import { suggestionOf } from './suggestion.ts';

interface CustomerFormProps {
  /** What a new one begins with, or the customer to put right. */
  starting: CustomerDraft | CustomerRecord;
  title?: string;
  onSaved: (customer: CustomerRecord) => void;
  onCancel?: () => void;
  /** Where another customer with the same RFC may be taken instead. */
  onTake?: (id: string) => void;
  /** For those who may only look. */
  disabled?: boolean;
  autoFocus?: boolean;
}

const shownFields = [
  ...['legal_name', 'tax_id', 'tax_system', 'default_invoice_use', 'email', 'phone'],
  ...['external_id', 'address.zip', 'address.country'],
  ...addressFields.map((field) => `address.${field}`),
];

/** What SAT wants to know of a receiver, and what the company wants to: new or put right. */
export function CustomerForm(props: CustomerFormProps) {
  const say = words.customers.form;
  const { draft, setDraft, known, dirty, takeTheirs } = useCustomerDraft(props.starting);
  const save = useSaveCustomer();
  const [errors, setErrors] = useState<FieldErrors>(noErrors);
  const form = useRef<HTMLFormElement>(null);
  const current = changedMeanwhile<CustomerRecord>(save.error);
  const elsewhere = unplaced(errors, shownFields);
  const failed =
    save.isError && !current && (elsewhere.length > 0 || errorsOf(save.error).size === 0);

  const focusInvalid = () =>
    requestAnimationFrame(() =>
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    );
  const edit = (field: string, change: Partial<CustomerDraft>) => {
    setDraft((before) => ({ ...before, ...change }));
    setErrors((before) => withoutField(before, field));
  };
  const send = (over?: KnownVersion) => {
    if (save.isPending) return;
    const missing = missingOf(draft);
    setErrors(missing);
    if (missing.size > 0) return focusInvalid();
    const at = over ?? known;
    save.mutate(
      { customer: bodyOf(draft), ...(at ? { known: at } : {}) },
      {
        onSuccess: (saved) => {
          takeTheirs(saved);
          props.onSaved(saved);
        },
        onError: (error) => {
          setErrors(errorsOf(error));
          focusInvalid();
        },
      },
    );
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    send();
  };
  const leave = (event: KeyboardEvent) => {
    // Escape first closes a list that is open.
    const listOpen = (event.target as HTMLElement).ariaExpanded === 'true';
    if (event.key === 'Escape' && !listOpen) props.onCancel?.();
  };

  return (
    <>
      <form ref={form} onSubmit={submit} onKeyDown={leave} aria-label={props.title ?? say.title}>
        <fieldset className={classes.form} disabled={props.disabled}>
          {props.title && (
            <Title order={3} size="h5">
              {props.title}
            </Title>
          )}
          {failed && <Trouble error={save.error} title={say.failed} hint={elsewhere.join(' ')} />}
          <CustomerFields
            draft={draft}
            errors={errors}
            onEdit={edit}
            suggestion={suggestionOf(save.error, errors)}
            doubted={hasCode(save.error, 'rfc_check_digit_mismatch')}
            autoFocus={props.autoFocus}
          >
            <Duplicates
              taxId={isOwnTaxId(draft) ? draft.tax_id.trim().toUpperCase() : null}
              exceptId={known?.id}
              onTake={props.onTake}
            />
          </CustomerFields>
          {!props.disabled && (
            <Buttons onCancel={props.onCancel}>
              {save.isSuccess && !dirty && (
                <Text size="sm" c="dimmed" role="status">
                  {say.saved}
                </Text>
              )}
              <Button
                type="submit"
                loading={save.isPending}
                disabled={known !== undefined && !dirty}
              >
                {say.save}
              </Button>
            </Buttons>
          )}
        </fieldset>
      </form>
      {current && (
        <VersionConflict
          say={words.customers.conflict}
          differences={inFormOrder(differences(draft, draftOfCustomer(current))).map((one) => ({
            ...one,
            field: fieldName(one.field),
          }))}
          saving={save.isPending}
          onTakeMine={() => send(current)}
          onTakeTheirs={() => {
            takeTheirs(current);
            save.reset();
          }}
          onGoOn={() => save.reset()}
        />
      )}
    </>
  );
}

function Buttons({
  onCancel,
  children,
}: {
  onCancel?: (() => void) | undefined;
  children: ReactNode;
}) {
  return (
    <Group justify="flex-end" gap="sm">
      {onCancel && (
        <Button variant="default" onClick={onCancel}>
          {words.customers.form.cancel}
        </Button>
      )}
      {children}
    </Group>
  );
}

function useCustomerDraft(starting: CustomerDraft | CustomerRecord) {
  const given = 'id' in starting ? starting : undefined;
  const begin = () => ('id' in starting ? draftOfCustomer(starting) : starting);
  return useVersionedDraft(given, begin, { of: draftOfCustomer, isSame });
}

function isSame(a: CustomerDraft, b: CustomerDraft): boolean {
  return differences(a, b).length === 0 && a.taxIdAccepted === b.taxIdAccepted;
}

function missingOf(draft: CustomerDraft): FieldErrors {
  const missing = new Map<string, string>();
  const say = words.customers.form;
  if (!draft.tax_system) missing.set('tax_system', say.taxSystemRequired);
  if (draft.abroad && !draft.country) missing.set('address.country', say.countryRequired);
  return missing;
}
