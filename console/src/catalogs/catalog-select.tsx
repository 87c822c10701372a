import { Select, type SelectProps } from '@mantine/core';
import type { CatalogEntry } from '../api/bodies.ts';
import { words } from '../app/words.ts';

interface CatalogSelectProps
  extends Omit<SelectProps, 'data' | 'value' | 'onChange' | 'searchable'> {
  entries: CatalogEntry[] | undefined;
  failed: boolean;
  value: string;
  onChange: (code: string) => void;
}

/** One code of a SAT catalogue, found by its code or its name. */
export function CatalogSelect({ entries, failed, value, onChange, ...rest }: CatalogSelectProps) {
  const data = (entries ?? []).map(({ code, name }) => ({
    value: code,
    label: `${code} · ${name.replace(/\.$/, '')}`,
  }));
  return (
    <Select
      data={data}
      value={value || null}
      onChange={(code) => (code || rest.clearable) && onChange(code ?? '')}
      searchable
      selectFirstOptionOnChange
      allowDeselect={false}
      filter={({ options, search }) => {
        const wanted = plain(search);
        return options.filter(
          (option) => 'label' in option && plain(option.label).includes(wanted),
        );
      }}
      placeholder={entries ? undefined : words.catalogs.loading}
      nothingFoundMessage={failed ? words.catalogs.failed : words.catalogs.none}
      maxDropdownHeight={280}
      // Enter chooses; it never sends the form around the list.
      onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      {...rest}
    />
  );
}

/** For comparing what is typed: no accents, no capitals. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .trim();
}
