import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { words } from '../app/words.ts';
import { useUnitKeys } from './catalogs.ts';

interface UnitKeyInputProps {
  value: string;
  onChange: (code: string) => void;
  error?: ReactNode;
}

/** SAT's unit key: typed by those who know it, found by name by everyone else. */
export function UnitKeyInput({ value, onChange, error }: UnitKeyInputProps) {
  const [focused, setFocused] = useState(false);
  const [q] = useDebouncedValue(value, 150);
  const units = useUnitKeys(q, focused && q.length > 0);
  const names = new Map((units.data ?? []).map((unit) => [unit.code, unit.name]));
  return (
    <Autocomplete
      label={words.draft.unitKey}
      description={words.draft.unitKeyHint}
      value={value}
      onChange={onChange}
      onFocus={() => setFocused(true)}
      onBlur={() => {
        setFocused(false);
        const code = value.trim().toUpperCase();
        if (code !== value) onChange(code);
      }}
      data={[...names.keys()]}
      filter={({ options }) => options}
      renderOption={({ option }) => `${option.value} · ${names.get(option.value) ?? ''}`}
      error={error}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
