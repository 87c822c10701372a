import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const schemas = fileURLToPath(new URL('../../../shared/sat/xsd/', import.meta.url));
/** Names on one command line; the limit of the system is far above. */
const filesAtOnce = 250;

/** Why XML cannot be checked against SAT's schemas here, or false when it can. */
export function schemasAbsent(): string | false {
  if (!existsSync(schemas)) {
    return "NOT CHECKED against SAT's schemas: they are not beside the repository (../shared/sat)";
  }
  if (spawnSync('xmllint', ['--version']).error) return 'NOT CHECKED: xmllint is not installed';
  return false;
}

/** Throws with xmllint's words unless the CFDI and its complements fit SAT's schemas. */
export function validateXml(xml: string, folder: string): void {
  validateAll([xml], folder);
}

/** As `validateXml`, of many at once: starting xmllint takes longer than its check. */
export function validateAll(documents: readonly string[], folder: string): void {
  const schema = join(folder, 'cfdi.xsd');
  writeFileSync(schema, schemaOfAll);
  const files = documents.map((xml, index) => {
    const file = join(folder, `cfdi-${index}.xml`);
    writeFileSync(file, xml);
    return file;
  });
  for (let start = 0; start < files.length; start += filesAtOnce) {
    const batch = files.slice(start, start + filesAtOnce);
    execFileSync('xmllint', ['--noout', '--nonet', '--schema', schema, ...batch], {
      stdio: 'pipe',
    });
  }
}

const schemaOfAll = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import namespace="http://www.sat.gob.mx/cfd/4" schemaLocation="${schemas}4/cfdv40.xsd"/>
  <xs:import namespace="http://www.sat.gob.mx/Pagos20"
    schemaLocation="${schemas}Pagos/Pagos20.xsd"/>
  <xs:import namespace="http://www.sat.gob.mx/TimbreFiscalDigital"
    schemaLocation="${schemas}TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd"/>
</xs:schema>`;
