import { inspectRfc } from '../../server/cfdi/rfc.ts';
import { type Answer, ok } from '../answer.ts';
import { invalidRequest } from '../api-error.ts';
import { type Query, queryDetail, queryValue } from '../state/page.ts';

/** An RFC that begins so stands in SAT's list of those who invoice simulated operations (EFOS). */
export const listedPrefix = 'EFO';

const updated = 'Información actualizada al 17 de septiembre de 2025';

/** `GET /tools/tax_id_validation`: what SAT's list says of an RFC, as the sandbox plays it. */
export function validateTaxId(query: Query): Answer {
  const given = queryValue(query, 'tax_id');
  const taxId = given?.trim().toUpperCase();
  if (taxId === undefined || !('kind' in inspectRfc(taxId))) {
    const message =
      given === undefined ? 'El parámetro tax_id es requerido.' : `El RFC "${given}" no es válido.`;
    const code = given === undefined ? 'required' : 'invalid_format';
    throw invalidRequest([queryDetail('tax_id', code, message)]);
  }
  const listed = taxId.startsWith(listedPrefix);
  return ok(
    JSON.stringify({
      efos: { is_valid: !listed, data: listed ? listing(taxId) : notListed(taxId) },
    }),
  );
}

function notListed(taxId: string) {
  const mensaje = `El RFC ${taxId} no fue encontrado en la lista de contribuyentes del artículo 69-B`;
  return { mensaje, fechaLista: updated, detalles: [] };
}

function listing(taxId: string) {
  return {
    fechaLista: updated,
    detalles: [
      {
        rfc: taxId,
        razonSocial: 'CONTRIBUYENTE DE PRUEBA',
        situacionContribuyente: 'Definitivo',
        numFechaPresuncion: '500-05-2020-00000 de fecha 03 de noviembre de 2020',
        pubFechaSatPresuntos: '03/11/2020',
        numGlobalPresuncion: '500-05-2020-00000 de fecha 03 de noviembre de 2020',
        pubFechaDofPresuntos: '18/11/2020',
        pubSatDefinitivos: '500-05-2021-000',
        pubDofDefinitivos: '25/05/2021',
      },
    ],
  };
}
