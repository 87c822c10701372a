import { Button, Checkbox, SegmentedControl, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CatalogEntry } from '../api/bodies.ts';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import { words } from '../app/words.ts';
import { CatalogSelect } from '../catalogs/catalog-select.tsx';
import { useCatalog, usesFor } from '../catalogs/catalogs.ts';
import { CustomerAddress } from './customer-address.tsx';
import { type CustomerDraft, kindOf, regimeOfNone, withAbroad } from './customer-draft.ts';
import classes from './customer-form.module.css';

export interface CustomerFieldsProps {
  draft: CustomerDraft;
  errors: FieldErrors;
  /** `field` is its path in the body. */
  onEdit: (field: string, change: Partial<CustomerDraft>) => void;
}

interface Props extends CustomerFieldsProps {
  suggestion: string | undefined;
  /** The check digit of the RFC was doubted: a person may say that it is right. */
  doubted: boolean;
  autoFocus: boolean | undefined;
  /** Below the RFC. */
  children: ReactNode;
}

export function CustomerFields({ draft, errors, onEdit, ...props }: Props) {
  const say = words.customers.form;
  return (
    <>
      <SegmentedControl
        aria-label={say.kind}
        data={[
          { value: 'domestic', label: say.domestic },
          { value: 'abroad', label: say.abroad },
        ]}
        value={draft.abroad ? 'abroad' : 'domestic'}
        onChange={(kind) => onEdit('', withAbroad(draft, kind === 'abroad'))}
        size="xs"
        style={{ alignSelf: 'flex-start' }}
      />
      <div>
        <TextInput
          label={say.legalName}
          description={draft.abroad ? undefined : say.legalNameHint}
          value={draft.legal_name}
          onChange={(event) => onEdit('legal_name', { legal_name: event.currentTarget.value })}
          error={errorAt(errors, 'legal_name')}
          maxLength={300}
          autoComplete="off"
          required
          autoFocus={props.autoFocus ?? false}
        />
        {props.suggestion && (
          <Button
            className={classes.suggestion}
            variant="light"
            size="compact-sm"
            onClick={() => onEdit('legal_name', { legal_name: props.suggestion! })}
          >
            {say.suggest(props.suggestion)}
          </Button>
        )}
      </div>
      <div>
        <div className={classes.pair}>
          <TaxId draft={draft} errors={errors} onEdit={onEdit} />
          <Zip draft={draft} errors={errors} onEdit={onEdit} />
        </div>
        {props.children}
      </div>
      {(props.doubted || draft.taxIdAccepted) && !draft.abroad && (
        <Checkbox
          label={say.acceptTaxId}
          checked={draft.taxIdAccepted}
          onChange={(event) => onEdit('tax_id', { taxIdAccepted: event.currentTarget.checked })}
        />
      )}
      <Regime draft={draft} errors={errors} onEdit={onEdit} />
      <div className={classes.pair}>
        <TextInput
          type="email"
          label={`${say.email} (${say.optional})`}
          value={draft.email}
          onChange={(event) => onEdit('email', { email: event.currentTarget.value })}
          error={errorAt(errors, 'email')}
          maxLength={254}
          autoComplete="off"
        />
        <TextInput
          type="tel"
          label={`${say.phone} (${say.optional})`}
          value={draft.phone}
          onChange={(event) => onEdit('phone', { phone: event.currentTarget.value })}
          error={errorAt(errors, 'phone')}
          maxLength={30}
          autoComplete="off"
        />
      </div>
      <CustomerAddress draft={draft} errors={errors} onEdit={onEdit} />
    </>
  );
}

function TaxId({ draft, errors, onEdit }: CustomerFieldsProps) {
  const say = words.customers.form;
  return (
    <TextInput
      label={draft.abroad ? say.foreignTaxId : say.taxId}
      description={draft.abroad ? say.foreignTaxIdHint : undefined}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={draft.tax_id}
      // What was accepted was that RFC, not whatever is typed next.
      onChange={(event) =>
        onEdit('tax_id', {
          tax_id: event.currentTarget.value.toUpperCase(),
          taxIdAccepted: false,
        })
      }
      error={errorAt(errors, 'tax_id')}
      maxLength={draft.abroad ? 40 : 13}
      autoComplete="off"
      spellCheck={false}
      required
    />
  );
}

function Zip({ draft, errors, onEdit }: CustomerFieldsProps) {
  const say = words.customers.form;
  const home = { inputMode: 'numeric', pattern: '\\d{5}', maxLength: 5 } as const;
  return (
    <TextInput
      label={draft.abroad ? say.foreignZip : say.zip}
      value={draft.zip}
      onChange={(event) => onEdit('address.zip', { zip: event.currentTarget.value })}
      error={errorAt(errors, 'address.zip')}
      {...(draft.abroad ? { maxLength: 12 } : home)}
      autoComplete="off"
      required
    />
  );
}

/** Regime and use, of which only those are offered that the RFC admits. */
function Regime({ draft, errors, onEdit }: CustomerFieldsProps) {
  const say = words.customers.form;
  const regimes = useCatalog('tax-systems');
  const uses = useCatalog('uses');
  const countries = useCatalog('countries');
  const kind = kindOf(draft);
  const fits = (entry: CatalogEntry) => {
    if (kind === undefined) return true;
    return kind === 'generic' ? entry.code === regimeOfNone : entry[kind] === true;
  };
  // What is chosen is shown even where it does not fit: the refusal will say so.
  const offered = regimes.data?.filter((one) => fits(one) || one.code === draft.tax_system);
  const usesOffered = usesFor(uses.data ?? [], draft.tax_system || undefined).filter(
    (one) =>
      one.code === draft.default_invoice_use ||
      (kind === 'generic' ? one.code === 'S01' : kind === undefined || one[kind] === true),
  );
  return (
    <div className={classes.pair}>
      {draft.abroad && (
        <CatalogSelect
          label={say.country}
          entries={countries.data?.filter(({ code }) => code !== 'MEX')}
          failed={countries.isError}
          value={draft.country}
          onChange={(country) => onEdit('address.country', { country })}
          error={errorAt(errors, 'address.country')}
          withAsterisk
        />
      )}
      <CatalogSelect
        label={say.taxSystem}
        entries={offered}
        failed={regimes.isError}
        value={draft.tax_system}
        onChange={(tax_system) => onEdit('tax_system', { tax_system })}
        error={errorAt(errors, 'tax_system')}
        withAsterisk
      />
      {!draft.abroad && (
        <CatalogSelect
          label={`${say.use} (${say.optional})`}
          entries={uses.data && usesOffered}
          failed={uses.isError}
          value={draft.default_invoice_use}
          onChange={(use) => onEdit('default_invoice_use', { default_invoice_use: use })}
          error={errorAt(errors, 'default_invoice_use')}
          clearable
        />
      )}
    </div>
  );
}
