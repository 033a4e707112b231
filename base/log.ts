import { pino } from 'pino';

/** Writes one line: fields and a message, or a message alone. */
export interface LogLine {
  (fields: object, message?: string): void;
  (message: string): void;
}

/** A log in lines of JSON. pino's loggers are such. */
export interface Logger {
  readonly trace: LogLine;
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
  readonly fatal: LogLine;
  /** Returns a logger whose lines have these fields too. */
  child(fields: Record<string, unknown>): Logger;
}

/** Lines that cannot be written wait in memory up to this size, in bytes; further ones are dropped. */
const MAX_WAITING = 1024 * 1024;

let fault: string | undefined;

/** Returns why the last lines of the log could not be written (a full disk); undefined if they could. */
export const logFault = (): string | undefined => fault;

/** Creates the root logger: JSON lines on standard error. A log that cannot be written does not end the process. */
export function createLogger(options: { level?: string; component: string }): Logger {
  const destination = pino.destination({ dest: 2, sync: false, maxLength: MAX_WAITING });
  destination.on('error', (error: Error) => {
    fault = `the log cannot be written: ${error.message}`;
  });
  destination.on('write', () => {
    fault = undefined;
  });
  return pino({ level: options.level ?? 'info', base: { component: options.component }, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** A logger that writes nothing, for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });
