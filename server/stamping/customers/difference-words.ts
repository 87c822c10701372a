import type { DifferenceRow } from './difference-rows-store.ts';

/** What a difference means and what is left to decide, for whoever keeps the directory. */
export function wordsOf({ kind, customerId, facturapiId, problem }: DifferenceRow): string {
  switch (kind) {
    case 'changed_on_both':
      return 'Los datos de aquí y los de FacturAPI no coinciden. Elige cuáles son los buenos.';
    case 'several_here':
      return facturapiId
        ? 'Este cliente de FacturAPI puede ser más de uno de los de aquí. Elige cuál es.'
        : 'FacturAPI ya tiene a este cliente con el nombre de otro de aquí: parecen el mismo.';
    case 'not_acceptable':
      return customerId
        ? 'Los datos cambiaron en FacturAPI y no cumplen las reglas del SAT. Aquí no se tomaron.'
        : 'Este cliente de FacturAPI no se incorporó porque sus datos no cumplen las reglas del SAT.';
    case 'refused_there': {
      const why = problem?.message ? ` ${problem.message}` : '';
      return `FacturAPI no aceptó los datos de este cliente.${why}`;
    }
    case 'gone_there':
      return 'Este cliente se borró en FacturAPI. Aquí sigue igual.';
  }
}
