import { Type } from 'typebox';
import { nullable, oneOf } from '../../platform/http/schemas.ts';

const text = Type.String();
const count = (description: string) => Type.Integer({ minimum: 0, description });
const texts = Type.Array(text);

const Change = Type.Object({ field: text, before: nullable(text), after: text });

const PreviewRows = Type.Array(
  Type.Object({
    row: Type.Integer({ description: 'As a spreadsheet numbers it' }),
    values: Type.Record(text, text),
    changes: Type.Optional(Type.Array(Change)),
    remarks: Type.Optional(Type.Array(Type.Object({ column: text, message: text }))),
  }),
);

export const ImportSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    status: oneOf('running', 'done', 'failed'),
    dry_run: Type.Boolean(),
    strip_company_suffix: Type.Boolean(),
    file_name: text,
    rows: count('Rows with something in them, the headings aside; 0 until they were counted'),
    processed: count('Rows that were dealt with'),
    imported: count('Created and updated ones that were written; 0 in a dry run'),
    created: count('In a dry run: that would be'),
    updated: count('Known by their RFC and with something new'),
    unchanged: count('Known, and the file says nothing new'),
    duplicates: count('A later row of the file is about the same customer, and counts'),
    rejected: count('As many as the file of errors has'),
    noted: count('Of which something is told: a correction, or the later row that counts'),
    sheet: nullable(text),
    other_sheets: texts,
    columns: Type.Array(Type.Object({ heading: text, field: text })),
    ignored_columns: texts,
    problem: nullable(Type.Object({ code: text, detail: text })),
    preview: nullable(
      Type.Object({
        created: PreviewRows,
        updated: PreviewRows,
        unchanged: PreviewRows,
        duplicates: PreviewRows,
        rejected: PreviewRows,
      }),
    ),
    created_by: nullable(text),
    created_at: Type.String({ format: 'date-time' }),
    finished_at: nullable(Type.String({ format: 'date-time' })),
  },
  { title: 'CustomerImport' },
);
