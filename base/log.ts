import type { Logger } from 'pino';
import { pino } from 'pino';

export type { Logger } from 'pino';

/** Creates the root logger: JSON lines on standard error. */
export function createLogger(options: { level?: string; component: string }): Logger {
  return pino(
    { level: options.level ?? 'info', base: { component: options.component }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: false }),
  );
}

/** A logger that writes nothing, for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });
