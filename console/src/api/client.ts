import createClient from 'openapi-fetch';
import { Problem, Unreachable } from './problem.ts';
import type { paths } from './schema.d.ts';

const requestTimeoutMsMax = 30_000;

/** Fetches with a deadline; a broken connection and a missed deadline are both `Unreachable`. */
export async function fetchWithDeadline(input: RequestInfo, init?: RequestInit): Promise<Response> {
  const deadline = AbortSignal.timeout(requestTimeoutMsMax);
  const caller = input instanceof Request ? input.signal : init?.signal;
  const signal = caller ? AbortSignal.any([caller, deadline]) : deadline;
  try {
    return await fetch(input, { ...init, signal });
  } catch (error) {
    if (caller?.aborted) throw error;
    throw new Unreachable(error);
  }
}

export const api = createClient<paths>({ baseUrl: '', fetch: fetchWithDeadline });

interface Reply<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** The body of a 2xx answer; throws `Problem` for any other, `Unreachable` when none came. */
export async function body<Body>(reply: Promise<Reply<Body>>): Promise<Body> {
  const { data, error, response } = await reply;
  if (!response.ok) throw new Problem(response.status, error, response.headers);
  return data as Body;
}
