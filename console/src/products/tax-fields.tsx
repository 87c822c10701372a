import { ActionIcon, Button, Checkbox, NumberInput, Select } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import { words } from '../app/words.ts';
import { CatalogSelect } from '../catalogs/catalog-select.tsx';
import { useCatalog } from '../catalogs/catalogs.ts';
import { type DraftTax, type ProductDraft, taxesMax, withNewTax } from './product-draft.ts';
import classes from './product-form.module.css';

interface TaxFieldsProps {
  draft: ProductDraft;
  errors: FieldErrors;
  /** `field` is its path in the body. */
  onEdit: (field: string, change: Partial<ProductDraft>) => void;
}

const types = ['IVA', 'ISR', 'IEPS'];
const factors = ['Tasa', 'Cuota', 'Exento'] as const;

/** Taxes that go by no name: the object of tax, and a row for each. */
export function TaxFields({ draft, errors, onEdit }: TaxFieldsProps) {
  const say = words.products.form;
  const taxabilities = useCatalog('taxabilities');
  const change = (row: DraftTax, part: Partial<DraftTax>) =>
    draft.taxes.map((each) => (each === row ? { ...each, ...part } : each));
  return (
    <>
      <CatalogSelect
        label={say.taxability}
        entries={taxabilities.data}
        failed={taxabilities.isError}
        value={draft.taxability}
        onChange={(taxability) => onEdit('taxability', { taxability })}
        error={errorAt(errors, 'taxability')}
      />
      {draft.taxes.map((row, index) => (
        <TaxRow
          key={row.key}
          row={row}
          index={index}
          error={errorAt(errors, `taxes.${index}`)}
          onChange={(part) => onEdit(`taxes.${index}`, { taxes: change(row, part) })}
          onRemove={() => onEdit('taxes', { taxes: draft.taxes.filter((each) => each !== row) })}
        />
      ))}
      {errors.get('taxes') && (
        <p className={classes.error} role="alert">
          {errors.get('taxes')}
        </p>
      )}
      <Button
        variant="subtle"
        size="compact-sm"
        className={classes.add}
        leftSection={<IconPlus size={16} aria-hidden />}
        disabled={draft.taxes.length >= taxesMax}
        onClick={() => onEdit('taxes', withNewTax(draft))}
      >
        {say.addTax}
      </Button>
    </>
  );
}

interface TaxRowProps {
  row: DraftTax;
  index: number;
  error: string | undefined;
  onChange: (part: Partial<DraftTax>) => void;
  onRemove: () => void;
}

function TaxRow({ row, index, error, onChange, onRemove }: TaxRowProps) {
  const say = words.products.form;
  const position = index + 1;
  const exempt = row.factor === 'Exento';
  return (
    <fieldset className={classes.tax} aria-label={say.tax(position)}>
      <Select
        label={say.taxType}
        data={types}
        value={row.type}
        onChange={(type) => type && onChange({ type })}
        allowDeselect={false}
      />
      <Select
        label={say.factor}
        data={factors.map((value) => ({ value, label: say.factors[value] }))}
        value={row.factor}
        onChange={(factor) =>
          factor && onChange({ factor, ...(factor === 'Exento' ? { withholding: false } : {}) })
        }
        allowDeselect={false}
      />
      <NumberInput
        label={row.factor === 'Cuota' ? say.quota : say.rate}
        hideControls
        allowNegative={false}
        decimalScale={row.factor === 'Cuota' ? 6 : 4}
        inputMode="decimal"
        value={exempt ? '' : row.rate}
        onChange={(rate) => onChange({ rate })}
        disabled={exempt}
        {...(row.factor === 'Cuota' ? { leftSection: '$' } : { rightSection: '%' })}
        error={error !== undefined}
      />
      <div className={classes.end}>
        <Checkbox
          label={say.withholding}
          checked={row.withholding}
          disabled={exempt}
          onChange={(event) => onChange({ withholding: event.currentTarget.checked })}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          size="input-sm"
          aria-label={say.removeTax(position)}
          onClick={onRemove}
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </div>
      {error && <p className={classes.error}>{error}</p>}
    </fieldset>
  );
}
