import type { Config } from '../config.ts';
import type { Logger } from '../platform/logging.ts';
import { isLoopback } from '../platform/loopback.ts';

/** What the person who typed `npm start` reads; machines read one log line. */
export function greeting(o: {
  readonly config: Config;
  readonly address: string;
  readonly facturapiUrl: string;
  readonly log: Logger;
  readonly tookMs: number;
}): void {
  const { config, address, facturapiUrl } = o;
  const seconds = (o.tookMs / 1000).toFixed(1);
  o.log.info(
    { address, facturapiUrl, tookMs: Math.round(o.tookMs) },
    `ready at ${address} in ${seconds} s`,
  );
  if (config.logFormat === 'json' && !config.demo) return;
  const lines = ['', `  Timbra está lista: ${address}`];
  if (config.demo && isLoopback(config.host)) {
    lines.push(
      '',
      config.facturapiUrl
        ? '  Empresa de demostración:'
        : '  Empresa de demostración, con FacturAPI simulado (sandbox):',
      '    facturista@demo.mx   timbra-demo   (emite facturas)',
      '    admin@demo.mx        timbra-demo   (administra y opera)',
    );
  }
  lines.push('', '  Ctrl+C para detener.', '');
  process.stdout.write(`${lines.join('\n')}\n`);
}
