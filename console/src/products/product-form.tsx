import { Button, Group, Text } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import type { Product } from '../api/bodies.ts';
import {
  errorsOf,
  type FieldErrors,
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
  bodyOf,
  differences,
  draftOfProduct,
  emptyProduct,
  missingFrom,
  type ProductDraft,
} from './product-draft.ts';
import { ProductFields } from './product-fields.tsx';
import classes from './product-form.module.css';
import { ProductPreview } from './product-preview.tsx';
import { useSaveProduct } from './products.ts';

interface ProductFormProps {
  /** To put right; a new one without it. */
  product?: Product;
  onSaved: (product: Product) => void;
  onCancel?: () => void;
  /** For those who may only look. */
  disabled?: boolean;
}

const shownFields = [
  ...['description', 'product_key', 'unit_key', 'unit_name', 'sku'],
  ...['price', 'taxes', 'taxability'],
];

/** A product, new or put right, beside what an invoice would make of it. */
export function ProductForm({ product, onSaved, onCancel, disabled = false }: ProductFormProps) {
  const say = words.products.form;
  const { draft, setDraft, known, dirty, takeTheirs } = useVersionedDraft(product, emptyProduct, {
    of: draftOfProduct,
    isSame,
  });
  const save = useSaveProduct();
  const [errors, setErrors] = useState<FieldErrors>(noErrors);
  const form = useRef<HTMLFormElement>(null);
  const current = changedMeanwhile<Product>(save.error);
  const elsewhere = unplaced(errors, shownFields);
  const failed =
    save.isError && !current && (elsewhere.length > 0 || errorsOf(save.error).size === 0);

  const focusInvalid = () =>
    requestAnimationFrame(() =>
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    );
  const edit = (field: string, change: Partial<ProductDraft>) => {
    setDraft((before) => ({ ...before, ...change }));
    setErrors((before) => withoutField(before, field));
  };
  const send = (over?: KnownVersion) => {
    if (save.isPending) return;
    const missing = missingFrom(draft);
    setErrors(missing);
    if (missing.size > 0) return focusInvalid();
    const at = over ?? known;
    save.mutate(
      { product: bodyOf(draft), ...(at ? { known: at } : {}) },
      {
        onSuccess: (saved) => {
          takeTheirs(saved);
          onSaved(saved);
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

  return (
    <>
      <form ref={form} className={classes.page} onSubmit={submit} aria-label={say.title}>
        <fieldset className={`card ${classes.fields}`} disabled={disabled}>
          {failed && <Trouble error={save.error} title={say.failed} hint={elsewhere.join(' ')} />}
          <ProductFields
            draft={draft}
            errors={errors}
            onEdit={edit}
            disabled={disabled}
            autoFocus={!product}
          />
          {!disabled && (
            <Group justify="flex-end" gap="sm">
              {save.isSuccess && !dirty && (
                <Text size="sm" c="dimmed" role="status">
                  {say.saved}
                </Text>
              )}
              {onCancel && (
                <Button variant="default" onClick={onCancel}>
                  {words.dialog.cancel}
                </Button>
              )}
              <Button
                type="submit"
                loading={save.isPending}
                disabled={known !== undefined && !dirty}
              >
                {say.save}
              </Button>
            </Group>
          )}
        </fieldset>
        <ProductPreview draft={draft} />
      </form>
      {current && (
        <VersionConflict
          say={words.products.conflict}
          differences={differences(draft, draftOfProduct(current))}
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

function isSame(a: ProductDraft, b: ProductDraft): boolean {
  return differences(a, b).length === 0;
}
