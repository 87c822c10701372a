import type { Element } from './element.ts';

/**
 * The cadena original: the values of the document between bars, which is what the seal signs
 * (Anexo 20, and SAT's cadenaoriginal_4_0.xslt). The tree holds its attributes in that order.
 */
export function cadenaOriginal(root: Element): string {
  return `||${values(root).join('|')}||`;
}

function values(node: Element): string[] {
  if (node.name === 'cfdi:Impuestos') return taxValues(node);
  return [...node.attributes.map(([, value]) => value), ...node.children.flatMap(values)];
}

/**
 * The one node whose totals come after what they sum: the withheld taxes and their total, then the
 * transferred ones and theirs. A line's node of the same name has no totals, and SAT reads its
 * children in the order in which they stand.
 */
function taxValues(node: Element): string[] {
  const total = (name: string) =>
    node.attributes.filter(([key]) => key === name).map(([, value]) => value);
  if (node.attributes.length === 0) return node.children.flatMap(values);
  const [withheld, transferred] = ['cfdi:Retenciones', 'cfdi:Traslados'].map((name) =>
    node.children.filter((child) => child.name === name).flatMap(values),
  );
  return [
    ...withheld!,
    ...total('TotalImpuestosRetenidos'),
    ...transferred!,
    ...total('TotalImpuestosTrasladados'),
  ];
}
