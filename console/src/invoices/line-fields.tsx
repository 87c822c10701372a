import { NumberInput, Select, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import { money } from '../app/formats.ts';
import { words } from '../app/words.ts';
import { UnitKeyInput } from '../catalogs/unit-key-input.tsx';
import { lineOfProduct, useOutdated } from '../products/line-of-product.ts';
import { ProductInput } from '../products/product-input.tsx';
import { ProductKeyInput } from '../products/product-key-input.tsx';
import { taxNames } from '../products/taxes-in-words.ts';
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
  useOutdated(line, () => onEdit('product', { productId: undefined }));
  return (
    <fieldset className={classes.line} aria-label={say.line(index + 1)}>
      <div className={classes.firstRow}>
        <ProductInput
          name={`${path}.product.description`}
          label={say.description}
          placeholder={say.descriptionPlaceholder}
          value={line.description}
          onChange={(description) => onEdit('product.description', { description })}
          onChosen={(product) => onEdit('product', lineOfProduct(product))}
          error={errorAt(errors, `${path}.product.description`) ?? errors.get(`${path}.product`)}
          maxLength={1000}
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
        data={taxProfileChoices(line.taxProfile === 'kept' ? nameOfKept(line) : undefined)}
        value={line.taxProfile}
        onChange={(profile) =>
          profile && onEdit('product.taxes', { taxProfile: profile as TaxProfile })
        }
        allowDeselect={false}
        comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
        renderOption={({ option }) => <TaxOption {...option} />}
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

function nameOfKept({ kept }: DraftLine): string {
  return taxNames(kept?.taxes ?? []) || words.taxProfiles.kept;
}

function TaxOption({ value, label }: { value: string; label: string }) {
  return (
    <span>
      {label}
      {value === 'fees' && <small className={classes.taxHint}>{words.taxProfiles.feesHint}</small>}
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
          <ProductKeyInput
            value={line.productKey}
            onChange={(productKey) => onEdit('product.product_key', { productKey })}
            error={keyError}
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
