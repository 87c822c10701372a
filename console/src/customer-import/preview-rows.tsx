import { Text } from '@mantine/core';
import type { CustomerImport } from '../api/bodies.ts';
import { quantity } from '../app/formats.ts';
import { words } from '../app/words.ts';
import classes from './customer-import.module.css';

type Preview = NonNullable<CustomerImport['preview']>;
export type PreviewKind = keyof Preview;
type PreviewRow = Preview[PreviewKind][number];

interface PreviewRowsProps {
  kind: PreviewKind;
  rows: readonly PreviewRow[];
  total: number;
}

/** Rows of the file with what would become of them. */
export function PreviewRows({ kind, rows, total }: PreviewRowsProps) {
  const say = words.customerImport;
  return (
    <>
      <ul className={classes.rows}>
        {rows.map((row) => (
          <li key={row.row}>
            <span className={classes.rowNumber}>
              {say.row} {quantity(row.row)}
            </span>
            <div className={classes.rowText}>
              <div className={classes.rowName}>
                {row.values.legal_name ?? row.values.tax_id ?? '—'}
              </div>
              <div className={classes.rowFacts}>
                {row.values.legal_name && row.values.tax_id && (
                  <span className={classes.taxId}>{row.values.tax_id}</span>
                )}
                <span>{row.values.tax_system}</span>
                <span>{row.values['address.zip']}</span>
                <span>{row.values.email}</span>
              </div>
              {row.changes?.map(({ field, before, after }) => (
                <div key={field} className={classes.detail}>
                  {say.change(say.fields[field] ?? field, before ?? say.empty, after)}
                </div>
              ))}
              {row.remarks?.map(({ column, message }) => (
                <div
                  key={column}
                  className={classes.detail}
                  data-bad={kind === 'rejected' || undefined}
                >
                  {message}
                </div>
              ))}
            </div>
          </li>
        ))}
      </ul>
      {rows.length < total && (
        <Text size="xs" c="dimmed" mt={6}>
          {say.firstOf(rows.length, quantity(total))}
        </Text>
      )}
    </>
  );
}
