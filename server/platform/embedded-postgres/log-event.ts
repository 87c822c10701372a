/** Receives what the launcher has to say; it never writes to the terminal itself. */
export type LogEvent = (event: {
  level: 'info' | 'warn' | 'error';
  msg: string;
  [key: string]: unknown;
}) => void;
