import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';
import type { Level } from './event.ts';

export interface AuditMetrics {
  event(): void;
  level(level: Level): void;
  /** So many attempts to write failed, or events are lost. */
  failed(events: number): void;
}

/** Counts audit events under upstream's names. */
export function auditMetrics(registry: Registry): AuditMetrics {
  const registers = [registry];
  const events = new Counter({ name: 'apiserver_audit_event_total', help: 'Audit events generated and sent to the audit log.', registers });
  const errors = new Counter({
    name: 'apiserver_audit_error_total',
    help: 'Failed attempts to write to the audit log, and audit events that were lost.',
    labelNames: ['plugin'],
    registers,
  });
  const levels = new Counter({
    name: 'apiserver_audit_level_total',
    help: 'Requests by the level that the audit policy records them at.',
    labelNames: ['level'],
    registers,
  });
  new Counter({
    name: 'apiserver_audit_requests_rejected_total',
    help: 'Requests rejected because they could not be recorded.',
    registers,
  });
  return {
    event: () => events.inc(),
    level: (level) => levels.inc({ level }),
    failed: (count) => errors.inc({ plugin: 'log' }, count),
  };
}
