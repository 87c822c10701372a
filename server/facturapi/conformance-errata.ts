/**
 * Where FacturAPI's description contradicts itself or the official SDK, and what it then must
 * mean. Each is applied to the description before answers are compared with it, and is stale when
 * the description no longer says what it corrects.
 */
export interface Erratum {
  readonly what: string;
  readonly why: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a document of another's making, walked by hand.
type Document = any;

interface Correction extends Erratum {
  /** How many places it corrected. */
  readonly apply: (document: Document) => number;
}

const corrections: readonly Correction[] = [
  {
    what: "a webhook's `enabled_events` is a list of text",
    why: 'its own example, its creation and the SDK say so; the object says a text',
    apply: ({ components }) => {
      const { properties } = components.schemas.WebhookProperties;
      if (properties.enabled_events.type !== 'string') return 0;
      properties.enabled_events = { type: 'array', items: { type: 'string' } };
      return 1;
    },
  },
  {
    what: "a webhook's `url` is an address of the web",
    why: 'its own example is one; the format says e-mail',
    apply: ({ components }) => {
      const { url } = components.schemas.WebhookProperties.properties;
      if (url.format !== 'email') return 0;
      url.format = 'uri';
      return 1;
    },
  },
  {
    what: 'an object that does not exist is a 404',
    why: 'the prose says so and the guides name the codes; most operations on one list no 404',
    apply: ({ paths }) => addResponse(paths, '404', 'NotFound', ({ path }) => path.includes('{')),
  },
  {
    what: 'a document whose key is in use is a 409',
    why: 'the guides name idempotency_key_in_use; no creation lists a 409',
    apply: ({ paths }) =>
      addResponse(
        paths,
        '409',
        'Conflict',
        ({ path, method }) => method === 'post' && /^\/(invoices|receipts)$/.test(path),
      ),
  },
  {
    what: 'a file comes as the type that it is',
    why: 'the SDK tells PDF, XML and ZIP by their types; the description says octet-stream',
    apply: ({ paths }) => {
      const files = operationsOf(paths)
        .map(({ responses }) => responses['200']?.content)
        .filter((content) => content?.['application/octet-stream']);
      for (const content of files) {
        for (const type of ['pdf', 'xml', 'zip']) {
          content[`application/${type}`] = content['application/octet-stream'];
        }
      }
      return files.length;
    },
  },
  {
    what: 'receipts become an invoice or a summary, whichever fits',
    why: 'an invoice fits the empty schema of the summary too, so oneOf can never hold',
    apply: ({ paths }) => {
      const { content } = paths['/receipts/to-invoice'].post.responses['200'];
      const { schema } = content['application/json'];
      if (!schema.oneOf) return 0;
      content['application/json'].schema = { anyOf: schema.oneOf };
      return 1;
    },
  },
];

/** Puts the document right in place. @throws when an erratum is stale. */
export function correct(document: Document): readonly Erratum[] {
  for (const { what, apply } of corrections) {
    if (apply(document) === 0) throw new Error(`The description has changed: "${what}" is stale.`);
  }
  return corrections;
}

interface Operation {
  path: string;
  method: string;
  responses: Document;
}

function addResponse(
  paths: Document,
  status: string,
  name: string,
  isMissing: (operation: Operation) => boolean,
): number {
  const lacking = operationsOf(paths).filter((one) => !one.responses[status] && isMissing(one));
  for (const { responses } of lacking) {
    responses[status] = { $ref: `#/components/responses/${name}` };
  }
  return lacking.length;
}

function operationsOf(paths: Document): Operation[] {
  return Object.entries<Document>(paths).flatMap(([path, methods]) =>
    Object.entries<Document>(methods)
      .filter(([, operation]) => operation?.responses)
      .map(([method, { responses }]) => ({ path, method, responses })),
  );
}
