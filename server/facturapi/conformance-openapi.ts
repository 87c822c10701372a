import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { correct, type Erratum } from './conformance-errata.ts';
import type { RecordedAnswer } from './conformance-recorder.ts';

/** What an answer has that FacturAPI's description does not allow. */
export interface Drift {
  readonly answer: string;
  readonly problem: string;
}

export interface Description {
  /** Empty when the answer fits. */
  drift(answer: RecordedAnswer): Drift[];
  /** The same of an event that a webhook carried, as it was parsed. */
  eventDrift(event: { type: string }): Drift[];
  /** All that are described, `GET /invoices/{invoice_id}`. */
  readonly operations: readonly string[];
  /** Those of them whose answers were compared. */
  readonly operationsSeen: ReadonlySet<string>;
  /** What was put right before comparing. */
  readonly errata: readonly Erratum[];
}

interface Response {
  $ref?: string;
  content?: Record<string, { schema?: object }>;
}

type Paths = Record<string, Record<string, { responses: Record<string, Response> }>>;

const documentId = 'facturapi';

/** Reads FacturAPI's own description of its API (OpenAPI 3.1), with its errata put right. */
export function readDescription(file: string): Description {
  const document = parse(readFileSync(file, 'utf8'));
  const errata = correct(document);
  const paths = document.paths as Paths;
  const templates = Object.keys(paths).sort((a, b) => parametersOf(a) - parametersOf(b));
  const ajv = ajvOver(document);
  const validators = new Map<string, ValidateFunction>();
  const operationsSeen = new Set<string>();

  function validator(pointer: string): ValidateFunction {
    const known = validators.get(pointer) ?? ajv.compile({ $ref: `${documentId}#${pointer}` });
    validators.set(pointer, known);
    return known;
  }

  function problemsOf(answer: RecordedAnswer): string[] {
    const template = templates.find((path) => patternOf(path).test(answer.path));
    const method = answer.method.toLowerCase();
    const operation = template === undefined ? undefined : paths[template]![method];
    if (!operation) return ['the operation is not described'];
    operationsSeen.add(`${answer.method} ${template}`);
    const status = String(answer.status);
    const response = operation.responses[status];
    if (!response) return [`the status ${status} is not described`];
    const own = `/paths/${escaped(template!)}/${method}/responses/${status}`;
    const place = response.$ref?.slice(1) ?? own;
    const content = (response.$ref ? at(document, place) : response).content ?? {};
    if (Object.keys(content).length === 0) return answer.body.length > 0 ? ['a body'] : [];
    if (!content[answer.type]) return [`the type ${answer.type} is not described`];
    if (answer.type !== 'application/json') return [];
    const value = parsed(answer.body);
    if (value === undefined) return ['the body is no JSON'];
    return invalidities(validator(`${place}/content/${escaped(answer.type)}/schema`), value);
  }

  return {
    drift: (answer) =>
      problemsOf(answer).map((problem) => ({
        answer: `${answer.method} ${answer.path} ${answer.status}`,
        problem,
      })),
    eventDrift(event) {
      const name = eventNamed(document['x-webhooks'], event.type);
      const place = `/x-webhooks/${escaped(name ?? '')}/post/requestBody/content`;
      const problems = name
        ? invalidities(validator(`${place}/${escaped('application/json')}/schema`), event)
        : ['the event is not described'];
      return problems.map((problem) => ({ answer: event.type, problem }));
    },
    operations: templates.flatMap((template) =>
      Object.keys(paths[template]!).map((method) => `${method.toUpperCase()} ${template}`),
    ),
    operationsSeen,
    errata,
  };
}

function ajvOver(document: object): Ajv2020 {
  // The description has keywords of OpenAPI's own (example, discriminator) and free formats.
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  formats.default(ajv);
  ajv.addSchema(document, documentId);
  return ajv;
}

function invalidities(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return validate.errors!.map(
    ({ instancePath, message, schemaPath }) => `${instancePath} ${message} (${schemaPath})`,
  );
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** Events are described under titles; the type is in the schema. */
function eventNamed(webhooks: Record<string, object>, type: string): string | undefined {
  const found = Object.entries(webhooks).find(([, webhook]) =>
    JSON.stringify(webhook).includes(`"enum":["${type}"]`),
  );
  return found?.[0];
}

function parametersOf(template: string): number {
  return template.split('{').length - 1;
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function at(document: object, pointer: string): Response {
  const parts = pointer.split('/').slice(1);
  return parts.reduce<unknown>(
    (node, part) => (node as Record<string, unknown>)[part],
    document,
  ) as Response;
}
