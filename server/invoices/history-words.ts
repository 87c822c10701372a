/** The sentences of an invoice's history, as an accountant would tell it to another. */

interface Attempted {
  readonly kind: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly http_status: number | null;
}

/** What each outcome of an attempt means; the technical ones are told by their consequence. */
const OUTCOMES: Readonly<Record<string, string>> = {
  stamped: 'FacturAPI confirmó que la factura quedó timbrada.',
  pending: 'FacturAPI la recibió y todavía la está timbrando; se vuelve a consultar sola.',
  refused: 'FacturAPI o el SAT la rechazó.',
  doubtful:
    'FacturAPI respondió que no la timbró, pero puede que sí haya quedado timbrada: se busca ' +
    'antes de darla por rechazada.',
  review: 'No se puede saber con certeza si quedó timbrada: una persona debe decidir.',
  busy: 'FacturAPI pidió esperar; la factura conserva su lugar en la cola.',
  blocked: 'FacturAPI no aceptó la cuenta de la empresa; la factura espera a que se corrija.',
  unavailable: 'FacturAPI no recibió la solicitud; se intenta de nuevo más tarde.',
  unknown:
    'No hubo una respuesta clara de FacturAPI: antes de volver a enviarla se busca si ya quedó ' +
    'timbrada.',
  not_found_yet: 'Se buscó en FacturAPI y todavía no aparece; se busca otra vez.',
  expired: 'Pasaron más de 72 horas desde su fecha y no está en FacturAPI: el SAT ya no la timbra.',
  fetched: 'Se descargó el archivo.',
  not_fetched: 'El archivo todavía no se pudo descargar; se intenta de nuevo.',
  read_valid: 'Se consultó en FacturAPI: está timbrada.',
  read_canceled: 'Se consultó en FacturAPI: está cancelada.',
  read_pending: 'Se consultó en FacturAPI: sigue pendiente.',
  read_failed: 'Se consultó en FacturAPI: el timbrado no terminó.',
  read_draft: 'Se consultó en FacturAPI: quedó en borrador.',
  not_there: 'Se consultó en FacturAPI y no la tiene.',
  not_read: 'No se pudo consultar en FacturAPI; se intenta de nuevo.',
  crashed: 'El intento falló por un error interno; antes de repetirlo se busca en FacturAPI.',
  attempt_crashed:
    'El intento falló varias veces por un error interno: una persona debe revisarla.',
  result_not_writable:
    'La respuesta de FacturAPI no se pudo guardar: una persona debe revisarla en FacturAPI.',
};

const KINDS: Readonly<Record<string, string>> = {
  create_invoice: 'Timbrado',
  fetch_xml: 'Descarga del XML',
  fetch_pdf: 'Descarga del PDF',
  read_invoice: 'Consulta',
};

export function attemptWords({ kind, outcome, code, http_status }: Attempted): string {
  const words = OUTCOMES[outcome] ?? 'Hubo un intento con FacturAPI.';
  const answer = code ?? (http_status === null || http_status < 400 ? null : `HTTP ${http_status}`);
  return `${KINDS[kind] ?? 'Llamada'}: ${lowerFirst(words)}${answer ? ` (${answer})` : ''}`;
}

export function versionWords(v: { version: number; status: string; by: string | null }): string {
  const why = v.status === 'expired' ? 'había vencido sin timbrarse' : 'fue rechazada';
  return `${v.by ?? 'Alguien'} la reexpidió con el mismo folio: la versión ${v.version} ${why}.`;
}

const DECISIONS: Readonly<Record<string, string>> = {
  look_again: 'pidió buscarla otra vez en FacturAPI',
  not_stamped: 'decidió que no quedó timbrada',
  adopt: 'indicó cuál es su CFDI en FacturAPI',
  retry: 'pidió intentarlo de nuevo',
  close: 'cerró la llamada pendiente',
};

export function decisionWords(d: {
  decision: string;
  why: string | null;
  by: string | null;
}): string {
  const what = DECISIONS[d.decision] ?? 'tomó una decisión';
  return `${d.by ?? 'Alguien'} ${what}${d.why ? `: ${d.why}` : '.'}`;
}

const STATES: Readonly<Record<string, string>> = {
  queued: 'Está en cola; sigue sola cuando llegue su turno.',
  calling: 'Se está hablando con FacturAPI en este momento.',
  delayed: 'Se intentará de nuevo a la hora indicada; no hay que hacer nada.',
  dead: 'No sigue sola: hace falta que una persona decida.',
};

export function callWords({ kind, state }: { kind: string; state: string }): string {
  return `${KINDS[kind] ?? 'Llamada'}: ${lowerFirst(STATES[state] ?? 'Está en proceso.')}`;
}

/** Problems that we noted in our own words for programs; FacturAPI's are told as it told them. */
const PROBLEMS: Readonly<Record<string, string>> = {
  unknown: 'No hubo una respuesta clara de FacturAPI.',
  unavailable: 'No se pudo llegar a FacturAPI.',
  busy: 'FacturAPI pidió esperar.',
  doubtful: 'FacturAPI la rechazó, pero pudo haber quedado timbrada antes.',
  crashed: 'El intento falló por un error interno.',
  look_again: 'Una persona pidió buscarla otra vez.',
  adopt: 'Una persona indicó cuál es su CFDI en FacturAPI.',
  broken: 'Se perdió la respuesta de FacturAPI.',
  not_sent: 'No se pudo llegar a FacturAPI.',
  facturapi_key_missing: 'La empresa no tiene llave de FacturAPI.',
};

export function problemWords(problem: { code?: string; message?: string }) {
  const code = problem.code ?? 'unknown';
  return { code, detail: PROBLEMS[code] ?? problem.message ?? 'Hubo un problema.' };
}

/** FacturAPI and SAT are names; the rest begins a sentence that a colon has begun already. */
function lowerFirst(text: string): string {
  if (/^(FacturAPI|SAT)\b/.test(text)) return text;
  return text.charAt(0).toLowerCase() + text.slice(1);
}
