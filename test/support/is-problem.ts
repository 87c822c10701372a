import assert from 'node:assert/strict';
import { Problem } from '../../server/platform/http/problem.ts';

/** For assert.rejects: a Problem of that status and code. */
export function isProblem(status: number, code: string) {
  return (error: unknown) => {
    assert.ok(error instanceof Problem, String(error));
    assert.deepEqual([error.status, error.code], [status, code]);
    return true;
  };
}
