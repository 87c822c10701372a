import { Combobox, Loader, TextInput, useCombobox } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useState } from 'react';
import type { Customer } from '../api/bodies.ts';
import { Highlighted } from '../app/highlighted.tsx';
import { words } from '../app/words.ts';
import { CustomerCard } from './customer-card.tsx';
import classes from './customer-picker.module.css';
import { useCustomerSearch } from './customers.ts';
import { WriteCustomer } from './write-customer.tsx';

const createOption = 'create';

interface CustomerPickerProps {
  value: Customer | null;
  onChange: (customer: Customer | null) => void;
  error?: ReactNode;
}

/** Finds a customer while its name or RFC is typed, or makes a new one without leaving the form. */
export function CustomerPicker({ value, onChange, error }: CustomerPickerProps) {
  const [writing, setWriting] = useState<string | Customer | null>(null);
  // The first thing to do here is to type a name. On a phone, not before the field is touched: the
  // keyboard would cover the page.
  const [typing, setTyping] = useState(() => !matchMedia('(pointer: coarse)').matches);

  if (writing !== null) {
    return (
      <WriteCustomer
        starting={writing}
        onSaved={(customer) => {
          setWriting(null);
          onChange(customer);
        }}
        onCancel={() => {
          setWriting(null);
          setTyping(true);
        }}
      />
    );
  }
  if (value) {
    const change = () => {
      setTyping(true);
      onChange(null);
    };
    return (
      <CustomerCard
        customer={value}
        onChange={change}
        onEdit={() => setWriting(value)}
        error={error}
      />
    );
  }
  return (
    <CustomerSearch autoFocus={typing} onChosen={onChange} onCreate={setWriting} error={error} />
  );
}

interface CustomerSearchProps {
  autoFocus: boolean;
  onChosen: (customer: Customer) => void;
  onCreate: (name: string) => void;
  error?: ReactNode;
}

function CustomerSearch({ autoFocus, onChosen, onCreate, error }: CustomerSearchProps) {
  const [typed, setTyped] = useState('');
  const q = typed.trim();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const found = useCustomerSearch(q, combobox.dropdownOpened);
  const customers = found.data ?? [];

  // Enter takes the best match: nobody should need the arrows for what they just typed.
  const firstId = customers[0]?.id;
  useEffect(() => {
    if (q && firstId) combobox.selectFirstOption();
    else combobox.resetSelectedOption();
  }, [q, firstId, combobox.selectFirstOption, combobox.resetSelectedOption]);

  // Enter before the matches of what was typed are there waits for them: the list still shows those
  // of a shorter text, and the first of them may be another company.
  const settled = found.isSuccess && !found.isPlaceholderData;
  const [awaited, setAwaited] = useState(false);
  const chooseAwaited = useEffectEvent(() => {
    setAwaited(false);
    if (customers[0]) onChosen(customers[0]);
  });
  useEffect(() => {
    if (awaited && settled) chooseAwaited();
  }, [awaited, settled]);
  const takeFirst = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || settled || !typed.trim()) return;
    combobox.resetSelectedOption();
    setAwaited(true);
  };

  const choose = (option: string) => {
    const customer = customers.find(({ id }) => id === option);
    if (customer) onChosen(customer);
    else if (option === createOption) onCreate(typed.trim());
  };

  return (
    <Combobox store={combobox} onOptionSubmit={choose} shadow="md">
      <Combobox.Target withExpandedAttribute>
        <TextInput
          size="md"
          label={words.customers.label}
          placeholder={words.customers.placeholder}
          leftSection={<IconSearch size={18} aria-hidden />}
          rightSection={found.isFetching ? <Loader size={16} /> : null}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAwaited(false);
            combobox.openDropdown();
          }}
          onKeyDown={takeFirst}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          error={combobox.dropdownOpened ? undefined : error}
          autoComplete="off"
          spellCheck={false}
          maxLength={254}
          autoFocus={autoFocus}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={380} className={classes.options}>
          {customers.map((customer) => (
            <Combobox.Option key={customer.id} value={customer.id}>
              <span className={classes.name}>
                <Highlighted of={customer} field="legal_name" />
              </span>
              <span className={classes.facts}>
                <span className={classes.taxId}>
                  <Highlighted of={customer} field="tax_id" />
                </span>
                <span>{words.customers.zip(customer.address.zip)}</span>
              </span>
            </Combobox.Option>
          ))}
          {customers.length === 0 && (
            <Combobox.Empty>{emptyWord(found.isError, found.isPending, q)}</Combobox.Empty>
          )}
          <Combobox.Option value={createOption} className={classes.create}>
            <IconPlus size={16} aria-hidden />
            {typed.trim() ? words.customers.createNamed(typed.trim()) : words.customers.create}
          </Combobox.Option>
        </Combobox.Options>
      </Combobox.Dropdown>
      <span className="spoken-only" role="status">
        {combobox.dropdownOpened && found.data ? words.customers.results(customers.length) : ''}
      </span>
    </Combobox>
  );
}

function emptyWord(failed: boolean, searching: boolean, q: string): string {
  if (failed) return words.customers.failed;
  if (searching) return words.customers.searching;
  return q ? words.customers.none : words.customers.empty;
}
