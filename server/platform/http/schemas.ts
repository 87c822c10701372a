import { type TSchema, Type } from 'typebox';

const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String(),
          code: Type.String(),
          message: Type.String(),
          suggestion: Type.Optional(Type.String()),
        }),
      ),
    ),
    requestId: Type.String(),
  },
  { title: 'Problem' },
);

/** The error answers of a route, by status, each an application/problem+json. */
export function problems<S extends number>(...statuses: S[]): Record<S, TSchema> {
  return Object.fromEntries(
    [...statuses, 503].map((status) => [
      status,
      {
        description: 'application/problem+json (RFC 9457)',
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    ]),
  ) as unknown as Record<S, TSchema>;
}

export const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });

export function oneOf(...values: string[]) {
  return Type.Union(values.map((value) => Type.Literal(value)));
}

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** Why a person decided as they did: kept with their name. */
export const Why = Type.String({ minLength: 3, maxLength: 500, pattern: '\\S' });
