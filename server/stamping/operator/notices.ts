import type { Notice } from '../stamping.ts';
import type { StampingStatus, StoredPause } from './stamping-status.ts';

export function noticesOf(o: {
  readonly facturapi: StampingStatus['facturapi'];
  readonly mode: StampingStatus['mode'];
  readonly pauses: readonly StoredPause[];
  readonly late: number;
}): Notice[] {
  const notices: Notice[] = [];
  const pause = (reason: StoredPause['reason']) => o.pauses.find((one) => one.reason === reason);
  const tell = (code: string, level: Notice['level'], detail: string) =>
    notices.push({ code, level, detail });
  const operator = pause('operator');
  const blocked = pause('blocked');
  const busy = pause('busy');
  if (o.mode === 'draining') tell('stamping_draining', 'warning', DRAINING);
  if (o.mode === 'paused') tell('stamping_paused', 'warning', PAUSED);
  if (operator) tell('company_paused', 'warning', pauseWords(operator));
  if (blocked) tell('facturapi_blocked', 'error', pauseWords(blocked));
  if (o.facturapi === 'unavailable') tell('facturapi_unavailable', 'warning', UNAVAILABLE);
  if (busy) tell('facturapi_busy', 'info', pauseWords(busy));
  if (o.late > 0) tell('invoices_late', 'error', lateWords(o.late));
  return notices;
}

const UNAVAILABLE = 'FacturAPI no responde: tus facturas están en cola y se timbrarán solas.';
const PAUSED =
  'El timbrado está en pausa por mantenimiento: tus facturas están en cola y se timbrarán solas.';
const DRAINING =
  'El sistema está por entrar en mantenimiento: no acepta facturas nuevas y termina las que ya ' +
  'están en cola.';

/** Whatever the refusal, it takes an administrator: which thing to look at is told by its code. */
const BLOCKED: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^facturapi_key_missing$/,
    'La empresa no tiene llave de FacturAPI: pide a un administrador que la configure.',
  ],
  [
    /^certificate_/,
    'FacturAPI avisa que el certificado de sello digital (CSD) venció: pide a un administrador ' +
      'que lo renueve.',
  ],
  [
    /^subscription_/,
    'La suscripción de FacturAPI no está activa: pide a un administrador que la revise.',
  ],
  [
    /^organization_incomplete$/,
    'A la empresa le faltan datos en FacturAPI: pide a un administrador que los complete.',
  ],
];
const BLOCKED_KEY =
  'FacturAPI rechazó la llave de la empresa: pide a un administrador que la revise.';

export function pauseWords({ reason, problem }: StoredPause): string {
  switch (reason) {
    case 'operator':
      return (
        'El timbrado de tu empresa está en pausa' +
        `${problem?.message ? ` (${problem.message})` : ''}: tus facturas siguen en cola.`
      );
    case 'blocked':
      return BLOCKED.find(([code]) => code.test(problem?.code ?? ''))?.[1] ?? BLOCKED_KEY;
    case 'busy':
      return 'FacturAPI pidió ir más despacio: tus facturas siguen en cola y se timbrarán solas.';
    case 'unavailable':
      return UNAVAILABLE;
  }
}

function lateWords(count: number): string {
  if (count === 1) {
    return '1 factura lleva más de 48 horas sin timbrarse; el SAT la acepta hasta las 72.';
  }
  const many = count.toLocaleString('es-MX');
  return `${many} facturas llevan más de 48 horas sin timbrarse; el SAT las acepta hasta las 72.`;
}
