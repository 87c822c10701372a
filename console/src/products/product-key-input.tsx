import { Combobox, Loader, TextInput, useCombobox } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { words } from '../app/words.ts';
import classes from './product-key-input.module.css';
import { useProductKeyName, useProductKeys } from './product-keys.ts';

interface ProductKeyInputProps {
  value: string;
  onChange: (code: string) => void;
  error?: ReactNode;
  disabled?: boolean | undefined;
  withAsterisk?: boolean;
}

const codeLength = 8;

/** SAT's key of a product: typed by those who know it, found by name by everyone else. */
export function ProductKeyInput({ value, onChange, error, ...rest }: ProductKeyInputProps) {
  const say = words.products.keys;
  /** Words on the way to a code; null while the code itself is shown. */
  const [typed, setTyped] = useState<string | null>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const q = (typed ?? '').trim();
  const found = useProductKeys(q, combobox.dropdownOpened);
  const name = useProductKeyName(value);

  const type = (text: string) => {
    const digits = /^\d*$/.test(text);
    setTyped(text);
    onChange(digits ? text.slice(0, codeLength) : '');
    if (digits && text.length >= codeLength) {
      setTyped(null);
      combobox.closeDropdown();
    } else combobox.openDropdown();
  };
  const choose = (code: string) => {
    setTyped(null);
    onChange(code);
    combobox.closeDropdown();
  };

  return (
    <Combobox store={combobox} onOptionSubmit={choose} shadow="md" width="target">
      <Combobox.Target withExpandedAttribute>
        <TextInput
          disabled={rest.disabled ?? false}
          withAsterisk={rest.withAsterisk ?? false}
          label={say.label}
          description={name && typed === null ? name : say.hint}
          value={typed ?? value}
          onChange={(event) => type(event.currentTarget.value)}
          onClick={() => q && combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          rightSection={combobox.dropdownOpened && found.waiting ? <Loader size={16} /> : null}
          // Enter chooses; it never sends the form around the list.
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          error={combobox.dropdownOpened ? undefined : error}
          maxLength={100}
          autoComplete="off"
          spellCheck={false}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={q === ''}>
        <Combobox.Options mah={280} className={classes.options}>
          {found.keys.map(({ code, name: meaning }) => (
            <Combobox.Option key={code} value={code}>
              <span className={classes.code}>{code}</span> {meaning}
            </Combobox.Option>
          ))}
          {found.keys.length === 0 && <Combobox.Empty>{emptyWord(found)}</Combobox.Empty>}
        </Combobox.Options>
        {found.keys.length > 0 && <Footer found={found} />}
      </Combobox.Dropdown>
    </Combobox>
  );
}

type Found = ReturnType<typeof useProductKeys>;

/** Whether there is more than is shown. */
function Footer({ found }: { found: Found }) {
  const say = words.products.keys;
  if (found.complete) return null;
  const word = found.failed ? say.unanswered : found.waiting ? say.asking : say.incomplete;
  return <Combobox.Footer className={classes.footer}>{word}</Combobox.Footer>;
}

function emptyWord(found: Found): string {
  const say = words.products.keys;
  if (found.waiting) return say.asking;
  if (found.failed) return say.failed;
  return found.tooShort ? say.typeMore : say.none;
}
