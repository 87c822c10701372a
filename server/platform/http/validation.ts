import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import spanish from 'ajv-i18n/localize/es/index.js';
import type { FastifySchemaCompiler } from 'fastify';
import type { FieldError } from './problem.ts';

/** The package is CommonJS and its types say otherwise. */
const localizeEs = spanish as unknown as (errors: ErrorObject[]) => void;

/** A body with more mistakes than this is reported by its first ones. */
export const fieldErrorsMax = 50;

/**
 * Bodies are taken as they are: no coercion, no silent removal of unknown fields (Ajv's defaults
 * in Fastify do both). What comes as text by nature, the query and the path, is coerced.
 */
export function validatorCompiler(): FastifySchemaCompiler<object> {
  const shared = { strict: false, removeAdditional: false, useDefaults: true, allErrors: true };
  const asSent = new Ajv({ ...shared, coerceTypes: false });
  const asText = new Ajv({ ...shared, coerceTypes: true });
  for (const ajv of [asSent, asText]) addFormats(ajv);
  return ({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? asSent : asText;
    return ajv.compile(schema) as ValidateFunction;
  };
}

/** The usual ones, held to what Date and PostgreSQL can read. */
function addFormats(ajv: Ajv): void {
  formats.default(ajv);
  const { validate } = formats.default.get('date-time') as { validate: (text: string) => boolean };
  // RFC 3339 has leap seconds, which Date has not.
  ajv.addFormat('date-time', (text) => validate(text) && !Number.isNaN(Date.parse(text)));
  // Ajv also takes urn:uuid:..., which PostgreSQL does not.
  ajv.addFormat('uuid', /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i);
}

/** Ajv's errors in Spanish, each with the field's path as people write it: items[0].product. */
export function fieldErrors(errors: readonly ErrorObject[]): FieldError[] {
  const own = withoutChoices(errors)
    .slice(0, fieldErrorsMax)
    .map((error) => ({ ...error }));
  localizeEs(own);
  return own.map((error) => ({
    path: pathOf(error),
    code: CODES[error.keyword] ?? 'invalid',
    message: sentence(ownWords(error) ?? error.message ?? 'inválido'),
  }));
}

/**
 * Where a value may be of two kinds (a customer's id, or the customer spelled out), Ajv reports
 * both branches and the choice. What people can act on are the mistakes inside the value sent.
 */
function withoutChoices(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter((error) => error.keyword === 'anyOf');
  return choices.reduce<ErrorObject[]>(
    (left, choice) => {
      const at = choice.instancePath;
      const isNoise = (error: ErrorObject) =>
        error.instancePath === at && ['anyOf', 'type', 'format'].includes(error.keyword);
      const isBelow = (path: string) => path === at || path.startsWith(`${at}/`);
      const isInside = (error: ErrorObject) => isBelow(error.instancePath) && !isNoise(error);
      if (left.some(isInside)) return left.filter((error) => !isNoise(error));
      return left.filter((error) => !isNoise(error) || error.keyword === 'anyOf');
    },
    [...errors],
  );
}

function pathOf(error: ErrorObject): string {
  const steps = error.instancePath.split('/').slice(1).map(unescaped);
  const params = error.params as { missingProperty?: string; additionalProperty?: string };
  const last = params.missingProperty ?? params.additionalProperty;
  if (last !== undefined) steps.push(last);
  return pathAsWritten(steps);
}

/** As people write it: items[0].product. */
export function pathAsWritten(steps: readonly string[]): string {
  return steps.reduce((path, step) => {
    if (/^\d+$/.test(step)) return `${path}[${step}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
}

/** RFC 6901. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'texto',
  number: 'número',
  integer: 'número entero',
  boolean: 'verdadero o falso (true o false)',
  array: 'una lista',
  object: 'un objeto',
  null: 'nulo',
};

function ownWords(error: ErrorObject): string | undefined {
  if (error.keyword === 'type') return typeMessage(error);
  if (error.keyword === 'anyOf') return 'no tiene ninguna de las formas admitidas';
  return undefined;
}

function typeMessage(error: ErrorObject): string {
  const { type } = error.params as { type?: string | string[] };
  const names = [type ?? []].flat().map((one) => TYPE_NAMES[one] ?? one);
  return `debe ser ${names.join(' o ')}`;
}

function sentence(text: string): string {
  const clean = text.trim();
  return `${clean.charAt(0).toUpperCase()}${clean.slice(1)}${clean.endsWith('.') ? '' : '.'}`;
}

const CODES: Readonly<Record<string, string>> = {
  required: 'required',
  type: 'invalid_type',
  additionalProperties: 'unknown_field',
  enum: 'not_in_list',
  const: 'not_in_list',
  anyOf: 'invalid',
  oneOf: 'invalid',
  pattern: 'invalid_format',
  format: 'invalid_format',
  minLength: 'too_short',
  maxLength: 'too_long',
  minimum: 'too_small',
  exclusiveMinimum: 'too_small',
  maximum: 'too_large',
  exclusiveMaximum: 'too_large',
  minItems: 'too_few',
  maxItems: 'too_many',
};
