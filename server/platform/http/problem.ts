/**
 * Errors as application/problem+json (RFC 9457): `code` is stable and for programs, `detail` is
 * Spanish and for people, `errors[]` names each bad field by its path.
 */
export interface FieldError {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  /** What the field would be if it were right, where that is known. */
  readonly suggestion?: string;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly requestId: string;
}

export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterS: number | undefined;
  /** Further members of the body (RFC 9457, section 3.2). */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    o: {
      errors?: readonly FieldError[];
      retryAfterS?: number;
      cause?: unknown;
      extra?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(detail, { cause: o.cause });
    this.status = status;
    this.code = code;
    this.errors = o.errors;
    this.retryAfterS = o.retryAfterS;
    this.extra = o.extra ?? {};
  }

  toBody(requestId: string): ProblemBody {
    return {
      ...this.extra,
      type: 'about:blank',
      title: TITLES[this.status] ?? 'Error',
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      requestId,
    };
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Solicitud incorrecta',
  401: 'Sin sesión',
  403: 'Sin permiso',
  404: 'No encontrado',
  405: 'Método no permitido',
  409: 'Conflicto',
  412: 'Cambió mientras tanto',
  413: 'Demasiado grande',
  415: 'Tipo de contenido no admitido',
  422: 'Datos inválidos',
  429: 'Demasiadas solicitudes',
  500: 'Error interno',
  503: 'Servicio no disponible',
};

export function notFound(): Problem {
  return new Problem(404, 'not_found', 'No existe o no tienes acceso.');
}

/** The body's shape: `invalid_request`, whatever the mistakes. */
export function invalid(errors: readonly FieldError[]): Problem {
  return unprocessable('invalid_request', errors);
}

/** The meaning of a well-formed body: a mistake that stands alone gives the answer its code. */
export function refused(errors: readonly FieldError[]): Problem {
  return unprocessable(errors.length === 1 ? errors[0]!.code : 'invalid_request', errors);
}

function unprocessable(code: string, errors: readonly FieldError[]): Problem {
  const first = errors[0];
  const more = errors.length > 1 ? ` (y ${errors.length - 1} más)` : '';
  return new Problem(422, code, `${first?.message ?? 'Datos inválidos.'}${more}`, {
    errors,
  });
}

export function unavailable(retryAfterS = 1, cause?: unknown): Problem {
  return new Problem(
    503,
    'temporarily_unavailable',
    'El servicio no está disponible en este momento. Intenta de nuevo en unos segundos.',
    { retryAfterS, cause },
  );
}
