import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const schemas = fileURLToPath(new URL('../../../shared/sat/xsd/', import.meta.url));

/** Why XML cannot be checked against SAT's schemas here, or false when it can. */
export function schemasAbsent(): string | false {
  if (!existsSync(schemas)) {
    return "NOT CHECKED against SAT's schemas: they are not beside the repository (../shared/sat)";
  }
  if (spawnSync('xmllint', ['--version']).error) return 'NOT CHECKED: xmllint is not installed';
  return false;
}

/** Throws with xmllint's words unless the CFDI and its stamp fit SAT's schemas, in one pass. */
export function validateXml(xml: string, folder: string): void {
  const schema = join(folder, 'cfdi-and-stamp.xsd');
  const file = join(folder, 'cfdi.xml');
  writeFileSync(
    schema,
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:import namespace="http://www.sat.gob.mx/cfd/4"
        schemaLocation="${schemas}4/cfdv40.xsd"/>
      <xs:import namespace="http://www.sat.gob.mx/TimbreFiscalDigital"
        schemaLocation="${schemas}TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd"/>
    </xs:schema>`,
  );
  writeFileSync(file, xml);
  execFileSync('xmllint', ['--noout', '--nonet', '--schema', schema, file], { stdio: 'pipe' });
}
