import { Input, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import { words } from '../app/words.ts';
import { UnitKeyInput } from '../catalogs/unit-key-input.tsx';
import { type NamedTaxProfile, taxProfiles } from '../invoices/tax-profiles.ts';
import { type ProductDraft, type ProductTaxProfile, withProfile } from './product-draft.ts';
import classes from './product-form.module.css';
import { ProductKeyInput } from './product-key-input.tsx';
import { TaxFields } from './tax-fields.tsx';

interface ProductFieldsProps {
  draft: ProductDraft;
  errors: FieldErrors;
  /** `field` is its path in the body. */
  onEdit: (field: string, change: Partial<ProductDraft>) => void;
  disabled?: boolean | undefined;
  autoFocus?: boolean | undefined;
}

export function ProductFields(props: ProductFieldsProps) {
  return (
    <>
      <WhatItIs {...props} />
      <WhatItCosts {...props} />
    </>
  );
}

function WhatItIs({ draft, errors, onEdit, disabled, autoFocus }: ProductFieldsProps) {
  const say = words.products.form;
  return (
    <>
      <TextInput
        label={say.description}
        description={say.descriptionHint}
        value={draft.description}
        onChange={(event) => onEdit('description', { description: event.currentTarget.value })}
        error={errorAt(errors, 'description')}
        maxLength={1000}
        autoComplete="off"
        withAsterisk
        autoFocus={autoFocus ?? false}
      />
      <div className={classes.pair}>
        <ProductKeyInput
          value={draft.productKey}
          onChange={(productKey) => onEdit('product_key', { productKey })}
          error={errorAt(errors, 'product_key')}
          disabled={disabled}
          withAsterisk
        />
        <TextInput
          label={`${say.sku} (${say.optional})`}
          description={say.skuHint}
          value={draft.sku}
          onChange={(event) => onEdit('sku', { sku: event.currentTarget.value })}
          error={errorAt(errors, 'sku')}
          maxLength={100}
          autoComplete="off"
          spellCheck={false}
        />
        <UnitKeyInput
          value={draft.unitKey}
          onChange={(unitKey) => onEdit('unit_key', { unitKey })}
          error={errorAt(errors, 'unit_key')}
        />
        <TextInput
          label={`${say.unitName} (${say.optional})`}
          description={say.unitNameHint}
          value={draft.unitName}
          onChange={(event) => onEdit('unit_name', { unitName: event.currentTarget.value })}
          error={errorAt(errors, 'unit_name')}
          maxLength={20}
          autoComplete="off"
        />
      </div>
    </>
  );
}

function WhatItCosts({ draft, errors, onEdit, disabled }: ProductFieldsProps) {
  const say = words.products.form;
  return (
    <>
      <div className={classes.pair}>
        <NumberInput
          hideControls
          allowNegative={false}
          decimalScale={6}
          thousandSeparator=","
          inputMode="decimal"
          label={draft.taxIncluded ? say.priceWith : say.priceBefore}
          leftSection="$"
          placeholder="0.00"
          value={draft.price}
          onChange={(price) => onEdit('price', { price })}
          error={errorAt(errors, 'price')}
          withAsterisk
        />
        <Input.Wrapper label={say.includes} labelElement="div">
          <SegmentedControl
            aria-label={say.includes}
            fullWidth
            disabled={disabled ?? false}
            data={[
              { value: 'included', label: say.included },
              { value: 'added', label: say.added },
            ]}
            value={draft.taxIncluded ? 'included' : 'added'}
            onChange={(value) => onEdit('price', { taxIncluded: value === 'included' })}
          />
        </Input.Wrapper>
      </div>
      <Select
        label={say.taxes}
        data={profileChoices}
        value={draft.taxProfile}
        onChange={(profile) =>
          profile && onEdit('taxes', withProfile(draft, profile as ProductTaxProfile))
        }
        allowDeselect={false}
        error={draft.taxProfile === 'custom' ? undefined : errorAt(errors, 'taxes')}
      />
      {draft.taxProfile === 'custom' && <TaxFields draft={draft} errors={errors} onEdit={onEdit} />}
    </>
  );
}

const named = Object.keys(taxProfiles) as NamedTaxProfile[];
const profileChoices = [
  ...named.map((value) => ({ value, label: words.taxProfiles[value] })),
  { value: 'none', label: words.products.form.profileNone },
  { value: 'custom', label: words.products.form.profileCustom },
];
