import { Combobox, TextInput, type TextInputProps, useCombobox } from '@mantine/core';
import { type FocusEvent, useState } from 'react';
import type { FoundProduct, Product } from '../api/bodies.ts';
import { money } from '../app/formats.ts';
import { Highlighted } from '../app/highlighted.tsx';
import { words } from '../app/words.ts';
import classes from './product-input.module.css';
import { useProductSearch } from './products.ts';
import { taxesInWords } from './taxes-in-words.ts';

interface ProductInputProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  value: string;
  onChange: (description: string) => void;
  onChosen: (product: Product) => void;
}

const searchLengthMin = 2;

/**
 * What is sold, typed freely; products of the catalogue that match are offered below it, and one
 * that is chosen fills the line. Nothing is chosen that was not pointed at: Enter alone types on.
 */
export function ProductInput({ value, onChange, onChosen, ...rest }: ProductInputProps) {
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  /** Offered while somebody types, not because a line was filled. */
  const [typing, setTyping] = useState(false);
  const q = value.trim();
  const wanted = typing && q.length >= searchLengthMin;
  const found = useProductSearch(q, wanted);
  const products = (wanted && found.data) || [];

  const choose = (id: string) => {
    const product = products.find((one) => one.id === id);
    setTyping(false);
    combobox.closeDropdown();
    if (product) onChosen(withoutMatch(product));
  };
  const leave = (event: FocusEvent<HTMLInputElement>) => {
    setTyping(false);
    combobox.closeDropdown();
    rest.onBlur?.(event);
  };

  return (
    <Combobox store={combobox} onOptionSubmit={choose} shadow="md" position="bottom-start">
      <Combobox.Target withExpandedAttribute={products.length > 0}>
        <TextInput
          {...rest}
          value={value}
          onChange={(event) => {
            onChange(event.currentTarget.value);
            setTyping(true);
            combobox.resetSelectedOption();
            combobox.openDropdown();
          }}
          onBlur={leave}
          autoComplete="off"
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={products.length === 0}>
        <Combobox.Header className={classes.head}>{words.products.fromCatalogue}</Combobox.Header>
        <Combobox.Options mah={320} className={classes.options}>
          {products.map((product) => (
            <Combobox.Option key={product.id} value={product.id}>
              <span className={classes.first}>
                <span className={classes.description}>
                  <Highlighted of={product} field="description" />
                </span>
                <span className={classes.price}>{money(product.price)}</span>
              </span>
              <span className={classes.facts}>
                {product.sku && (
                  <span className={classes.sku}>
                    <Highlighted of={product} field="sku" />
                  </span>
                )}
                <span>{taxesInWords(product)}</span>
              </span>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function withoutMatch({ match: _, ...product }: FoundProduct): Product {
  return product;
}
