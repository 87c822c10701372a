import { STATUS_CODES } from 'node:http';
import { ApiError } from './api-error.ts';

/** What a verb gives back: JSON as text (often straight from the file), or a document. */
export type Answer = JsonAnswer | FileAnswer | PageAnswer;

export interface JsonAnswer {
  status: number;
  json: string;
  headers?: Record<string, string>;
}

export interface FileAnswer {
  status: number;
  file: Buffer | string;
  type: string;
  name: string;
  headers?: Record<string, string>;
}

/** What a gateway in front of the service says when it cannot reach it: no JSON, no code. */
export interface PageAnswer {
  status: number;
  html: string;
  headers?: Record<string, string>;
}

export function ok(json: string, status = 200): JsonAnswer {
  return { status, json };
}

export function refusal(error: ApiError): JsonAnswer {
  const answer = { status: error.status, json: error.toBody() };
  if (error.retryAfter === undefined) return answer;
  return { ...answer, headers: { 'retry-after': String(error.retryAfter) } };
}

/** An unexpected failure tells the client nothing of its cause; the caller logs it. */
export function unexpected(): JsonAnswer {
  return refusal(new ApiError(500, 'internal_error', 'Ocurrió un error inesperado.'));
}

export function gatewayPage(status: number): PageAnswer {
  const title = `${status} ${STATUS_CODES[status] ?? 'Error'}`;
  return {
    status,
    html: `<html>\n<head><title>${title}</title></head>\n<body><h1>${title}</h1></body>\n</html>\n`,
  };
}
