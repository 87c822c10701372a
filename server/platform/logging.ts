import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

/** One line a record in a terminal, JSON otherwise; `process` names the role in each record. */
export function makeLogger(options: {
  format: 'line' | 'json';
  level: string;
  process: string;
}): Logger {
  const base = { process: options.process, pid: process.pid };
  const redact = ['req.headers.authorization', 'req.headers.cookie'];
  if (options.format === 'json') return pino({ level: options.level, base, redact });
  const stream = pretty({
    sync: true,
    singleLine: true,
    ignore: 'pid,process',
    messageFormat: '[{process}] {msg}',
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return pino({ level: options.level, base, redact }, stream);
}
