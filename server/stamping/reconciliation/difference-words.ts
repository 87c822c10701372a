import type { DifferenceRow } from './differences-store.ts';

/** What a difference means and what is left to do, for whoever keeps the company's books. */
export function wordsOf({ kind, detail, folio }: DifferenceRow): string {
  const about = detail ?? {};
  const invoice = folio ? `La factura ${folio}` : 'Una factura';
  const uuid = about.uuid ? ` con UUID ${about.uuid}` : '';
  switch (kind) {
    case 'adopted':
      return `${invoice} no constaba aquí como timbrada y FacturAPI ya la tenía${uuid}. Quedó vigente.`;
    case 'canceled_there':
      return `${invoice} se canceló en FacturAPI. Aquí quedó cancelada también.`;
    case 'made_elsewhere':
      return `${invoice} se timbró en FacturAPI por otro medio. Se incorporó aquí${uuid}.`;
    case 'without_call':
      return `${invoice} se había quedado sin envío pendiente. Se volvió a encolar.`;
    case 'missing_in_facturapi':
      return `${invoice} consta aquí como timbrada${uuid} y FacturAPI no la encuentra. Revisa en el portal del SAT si existe y si la llave de FacturAPI es la de esta empresa.`;
    case 'duplicate_in_facturapi':
      return `${invoice} tiene más de un CFDI vigente en FacturAPI. Cancela el sobrante${uuid}.`;
    case 'superseded_but_stamped':
      return `${invoice} se volvió a emitir, pero su versión anterior también quedó timbrada${uuid}. Cancela una de las dos.`;
    case 'data_differs':
      return differing(invoice, about);
  }
}

const FIELDS: Readonly<Record<string, string>> = {
  uuid: 'UUID',
  total: 'total',
  folio: 'folio',
  status: 'estado',
};
const STATUSES: Readonly<Record<string, string>> = { canceled: 'cancelada', valid: 'vigente' };

function differing(invoice: string, detail: Readonly<Record<string, unknown>>): string {
  const theirs = `La factura ${detail.folio ?? ''} de FacturAPI (UUID ${detail.uuid ?? ''})`;
  switch (detail.reason) {
    case 'folio_taken':
      return `${theirs} no se incorporó: su folio ya es de otra factura de aquí.`;
    case 'uuid_taken':
      return detail.folio === undefined
        ? `${invoice} no tomó los datos de FacturAPI: su UUID ya es de otra factura.`
        : `${theirs} no se incorporó: su UUID ya es de otra factura.`;
    case 'without_folio':
      return 'Una factura de FacturAPI no se incorporó porque no tiene folio.';
    case 'unreadable':
      return 'Una factura de FacturAPI no se pudo leer. Revísala ahí.';
  }
  const fields = Array.isArray(detail.fields) ? (detail.fields as Field[]) : [];
  const words = fields.map(
    ({ what, ours, theirs }) => `${FIELDS[what] ?? what}: aquí ${word(ours)}, allá ${word(theirs)}`,
  );
  return `${invoice} no coincide con FacturAPI (${words.join('; ')}). Revisa cuál es el dato correcto.`;
}

interface Field {
  readonly what: string;
  readonly ours: string | null;
  readonly theirs: string | null;
}

function word(value: string | null): string {
  return value === null ? 'sin dato' : (STATUSES[value] ?? value);
}
