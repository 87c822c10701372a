export type UnreadableCode =
  | 'file_empty'
  | 'file_kind_unknown'
  | 'file_is_old_excel'
  | 'file_is_encrypted'
  | 'file_damaged'
  | 'file_unpacks_too_large'
  | 'too_many_rows'
  | 'too_many_columns'
  | 'cell_too_long'
  | 'quotes_not_closed'
  | 'columns_missing';

/** The file cannot be imported as it is; `message` is Spanish and says what to do about it. */
export class UnreadableFile extends Error {
  override name = 'UnreadableFile';
  readonly code: UnreadableCode;

  constructor(code: UnreadableCode, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.code = code;
  }
}

export function damaged(cause?: unknown): UnreadableFile {
  const detail =
    'El archivo está dañado o incompleto. Ábrelo en Excel, guárdalo de nuevo como .xlsx o .csv y ' +
    'vuelve a subirlo.';
  return new UnreadableFile('file_damaged', detail, cause);
}
