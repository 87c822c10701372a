import type { Answer } from '../../facturapi/facturapi.ts';
import { readProblem } from '../../facturapi/outcome.ts';
import type { InvoiceCall } from '../queue/stamping-queue.ts';
import { attemptOf, type Performed, type PerformOptions } from './ended-attempt.ts';
import { notRead, withoutKey } from './read-again.ts';

/** Fetches the XML or the PDF of a stamped invoice, once; from then on it is kept here. */
export async function fetchFile(call: InvoiceCall, o: PerformOptions): Promise<Performed> {
  const kind = call.kind === 'fetch_pdf' ? 'pdf' : 'xml';
  const startedAt = o.now();
  const key = o.keyOf(call);
  if (key === undefined) return withoutKey(o, startedAt);
  if (!call.facturapiId) throw new Error('a file of an invoice that FacturAPI does not know');
  const answer = await o.facturapi.downloadFile(key, call.facturapiId, kind);
  if (answer.kind === 'answered' && answer.status === 200 && isTheFile(kind, answer.bytes, call)) {
    return {
      attempt: attemptOf(o, startedAt, answer, 'fetched'),
      settlement: { state: 'done', file: { kind, content: answer.bytes } },
    };
  }
  return notRead(call, o, { startedAt, answer, problem: whyNot(answer), outcome: 'not_fetched' });
}

/** A page of some proxy, answered with 200, must not be kept for ever as the CFDI. */
function isTheFile(kind: 'xml' | 'pdf', bytes: Buffer, call: InvoiceCall): boolean {
  if (kind === 'pdf') return bytes.subarray(0, 5).toString('latin1') === '%PDF-';
  const text = bytes.toString('utf8');
  if (!text.includes('cfdi:Comprobante')) return false;
  return call.uuid === null || text.toLowerCase().includes(call.uuid.toLowerCase());
}

function whyNot(answer: Answer): unknown {
  if (answer.kind !== 'answered') return { code: answer.kind, message: answer.why };
  if (answer.status === 200)
    return { code: 'not_the_file', message: 'lo recibido no es el archivo' };
  return readProblem(answer.body, answer.status);
}
