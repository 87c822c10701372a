import { NumberInput, Select, TextInput, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import { money } from '../app/formats.ts';
import { words } from '../app/words.ts';
import { UnitKeyInput } from '../catalogs/unit-key-input.tsx';
import type { DraftLine } from './invoice-draft.ts';
import classes from './new-invoice.module.css';
import { type TaxProfile, taxProfileChoices } from './tax-profiles.ts';

interface LineFieldsProps {
  line: DraftLine;
  index: number;
  taxIncluded: boolean;
  /** The server's amount of the line before taxes, once it is known. */
  amount: number | undefined;
  errors: FieldErrors;
  /** `field` is the path below the line, as the server names it. */
  onEdit: (field: string, change: Partial<DraftLine>) => void;
  removeButton: ReactNode;
}

const numberFormat = {
  hideControls: true,
  allowNegative: false,
  decimalScale: 6,
  thousandSeparator: ',',
  inputMode: 'decimal',
} as const;

/** One concept of the invoice: what, how many, at what price, with which taxes. */
export function LineFields(props: LineFieldsProps) {
  const { line, index, taxIncluded, amount, errors, onEdit } = props;
  const path = `items.${index}`;
  const say = words.draft;
  return (
    <fieldset className={classes.line} aria-label={say.line(index + 1)}>
      <div className={classes.firstRow}>
        <TextInput
          name={`${path}.product.description`}
          label={say.description}
          placeholder={say.descriptionPlaceholder}
          value={line.description}
          onChange={(event) =>
            onEdit('product.description', { description: event.currentTarget.value })
          }
          error={errorAt(errors, `${path}.product.description`)}
          maxLength={1000}
          autoComplete="off"
        />
        {props.removeButton}
      </div>
      <NumberInput
        {...numberFormat}
        label={say.quantity}
        value={line.quantity}
        onChange={(quantity) => onEdit('quantity', { quantity })}
        error={errorAt(errors, `${path}.quantity`)}
      />
      <NumberInput
        {...numberFormat}
        label={(line.taxIncluded ?? taxIncluded) ? say.priceWith : say.priceBefore}
        leftSection="$"
        placeholder="0.00"
        value={line.price}
        onChange={(price) => onEdit('product.price', { price })}
        error={errorAt(errors, `${path}.product.price`)}
      />
      <Select
        label={say.taxes}
        data={taxProfileChoices(line.kept !== undefined && line.taxProfile === 'kept')}
        value={line.taxProfile}
        onChange={(profile) =>
          profile && onEdit('product.taxes', { taxProfile: profile as TaxProfile })
        }
        allowDeselect={false}
        comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
        renderOption={({ option }) => <TaxOption profile={option.value as TaxProfile} />}
        error={errorAt(errors, `${path}.product.taxes`)}
      />
      <div className={classes.amount}>
        <div className={classes.amountLabel}>{say.amount}</div>
        <div className={classes.amountValue}>{amount === undefined ? '—' : money(amount)}</div>
      </div>
      <LineDetails {...props} />
    </fieldset>
  );
}

function TaxOption({ profile }: { profile: TaxProfile }) {
  return (
    <span>
      {words.taxProfiles[profile]}
      {profile === 'fees' && (
        <small className={classes.taxHint}>{words.taxProfiles.feesHint}</small>
      )}
    </span>
  );
}

/** What has a sensible default, out of the way until it is wanted or wrong. */
function LineDetails({ line, index, errors, onEdit }: LineFieldsProps) {
  const [opened, setOpened] = useState(false);
  const path = `items.${index}`;
  const say = words.draft;
  const keyError = errorAt(errors, `${path}.product.product_key`);
  const unitError = errorAt(errors, `${path}.product.unit_key`);
  const discountError = errorAt(errors, `${path}.discount`);
  const wrong = Boolean(keyError || unitError || discountError);
  // Whoever puts it right must not see it close at the first letter.
  if (wrong && !opened) setOpened(true);
  const discount = Number(line.discount) > 0 ? say.detailsDiscount(money(+line.discount)) : '';
  return (
    <div className={classes.details}>
      <UnstyledButton
        className={classes.detailsToggle}
        aria-expanded={opened}
        onClick={() => setOpened(!opened)}
      >
        <IconChevronRight size={14} aria-hidden />
        {say.details(line.productKey, line.unitKey) + discount}
      </UnstyledButton>
      {opened && (
        <div className={classes.detailFields}>
          <TextInput
            label={say.productKey}
            description={say.productKeyHint}
            value={line.productKey}
            onChange={(event) =>
              onEdit('product.product_key', {
                productKey: event.currentTarget.value.replace(/\D/g, '').slice(0, 8),
              })
            }
            error={keyError}
            inputMode="numeric"
            autoComplete="off"
          />
          <UnitKeyInput
            value={line.unitKey}
            onChange={(unitKey) => onEdit('product.unit_key', { unitKey })}
            error={unitError}
          />
          <NumberInput
            {...numberFormat}
            label={say.discount}
            description={say.discountHint}
            leftSection="$"
            placeholder="0.00"
            value={line.discount}
            onChange={(value) => onEdit('discount', { discount: value })}
            error={discountError}
          />
        </div>
      )}
    </div>
  );
}
