/** An XML element whose attributes stand in the order that SAT's cadena original reads them. */
export interface Element {
  name: string;
  attributes: readonly (readonly [name: string, value: string])[];
  children: readonly Element[];
  /** No element of a CFDI has text; those of SAT's acknowledgements do. */
  text?: string;
}

/** Leaves out attributes without a value: an optional one is absent, never empty. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  children: readonly (Element | undefined)[] = [],
): Element {
  return {
    name,
    attributes: Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[key, collapse(value)] as const],
    ),
    children: children.filter((child) => child !== undefined),
  };
}

/** An element only when it has children, as SAT's groups (Traslados, Retenciones) want it. */
export function group(name: string, children: readonly (Element | undefined)[]) {
  return children.some((child) => child !== undefined) ? element(name, {}, children) : undefined;
}

/** White space as the cadena original takes it: none at the ends, one space between words. */
function collapse(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

export function toXml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root)}\n`;
}

function write({ name, attributes, children, text }: Element): string {
  const open = name + attributes.map(([key, value]) => ` ${key}="${escaped(value)}"`).join('');
  if (text !== undefined) return `<${open}>${escaped(text)}</${name}>`;
  if (children.length === 0) return `<${open}/>`;
  return `<${open}>${children.map(write).join('')}</${name}>`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => escapes[sign]!);
}
