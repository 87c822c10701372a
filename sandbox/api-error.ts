/**
 * FacturAPI's error object. Its root `code` is the stable word that clients branch on;
 * `errors[]` says which fields are wrong and who says so (FacturAPI, SAT or the PAC).
 */
export interface ErrorDetail {
  code: string;
  message: string;
  path?: string;
  location?: 'body' | 'query' | 'params' | 'headers' | 'files';
  source: 'facturapi' | 'sat' | 'pac';
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly ErrorDetail[];
  /** Seconds, for the `Retry-After` header. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { errors?: readonly ErrorDetail[]; retryAfter?: number } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.errors = more.errors ?? [];
    this.retryAfter = more.retryAfter;
  }

  toBody(): string {
    const [first] = this.errors;
    return JSON.stringify({
      ok: false,
      status: this.status,
      code: this.code,
      message: this.message,
      ...(first?.path !== undefined && { path: first.path }),
      ...(first?.location !== undefined && { location: first.location }),
      ...(this.errors.length > 0 && { errors: this.errors }),
    });
  }
}

/** A body or query with wrong fields; the message is the first field's, as people read that one. */
export function invalidRequest(errors: readonly ErrorDetail[]): ApiError {
  return new ApiError(400, 'invalid_request', errors[0]?.message ?? 'La solicitud no es válida.', {
    errors,
  });
}

export function notFound(code: string, message: string): ApiError {
  return new ApiError(404, code, message);
}
