/** A field's complaint; `path` names it in the body sent, in whichever notation the server uses. */
export interface FieldProblem {
  path?: string;
  code?: string;
  message: string;
  /** What the field would be if it were right, where the server knows. */
  suggestion?: string;
}

/** The server refused, and said why (RFC 9457). `detail` is Spanish and meant for people. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldProblem[];
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** The whole body: some codes come with members of their own. */
  readonly said: Readonly<Record<string, unknown>>;

  constructor(status: number, body: unknown, headers: Headers) {
    const said = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
    super(typeof said.detail === 'string' ? said.detail : '');
    this.name = 'Problem';
    this.said = said;
    this.status = status;
    this.code = typeof said.code === 'string' ? said.code : `http_${status}`;
    this.errors = Array.isArray(said.errors) ? (said.errors as FieldProblem[]) : [];
    this.requestId =
      typeof said.requestId === 'string'
        ? said.requestId
        : (headers.get('x-request-id') ?? undefined);
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  }
}

/** No answer came: the network broke or the deadline passed. What was asked may have happened. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('no answer', { cause });
    this.name = 'Unreachable';
  }
}

/** Whether the same request may well succeed if it is simply sent again. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof Problem && [429, 502, 503, 504].includes(error.status);
}
