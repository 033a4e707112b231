import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Part } from '../contract/part.ts';
import { auditMetrics } from './audit-metrics.ts';
import type { LineAppender } from './line-writer.ts';
import { lineWriter } from './line-writer.ts';
import { auditObserver } from './observer.ts';
import type { Policy } from './policy.ts';
import { policyEvaluator } from './policy-evaluator.ts';
import { rotatingFile } from './rotating-file.ts';
import { standardOutput } from './standard-output.ts';

/** The policy and the place of the audit log. */
export interface AuditSettings {
  readonly policy: Policy;
  readonly log: AuditLogSettings;
}

export interface AuditLogSettings {
  /** A file; `-` is the standard output. */
  readonly path: string;
  readonly maxBytes: number;
  readonly maxBackups: number;
  readonly maxAgeDays: number;
  readonly compress: boolean;
}

export interface Audit {
  readonly part: Part;
  /** Writes what is left; to be called when no request is under way any more. */
  close(): Promise<void>;
}

export interface AuditOptions extends AuditSettings {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Takes the place of file and standard output. */
  readonly appender?: LineAppender;
}

/** Records requests in an audit log, one JSON object of audit.k8s.io/v1 a line. A server without this part pays nothing for it. */
export function openAudit({ policy, log, clock, logger, registry, appender }: AuditOptions): Audit {
  const metrics = auditMetrics(registry);
  const target = appender ?? (log.path === '-' ? standardOutput() : rotatingFile({ ...log, clock, log: logger }));
  const sink = lineWriter({ appender: target, clock, log: logger, failed: () => metrics.failed(1), lost: (events) => metrics.failed(events) });
  const observer = auditObserver({ evaluate: policyEvaluator(policy), sink, metrics, clock });
  return { part: { name: 'audit', observers: [observer] }, close: () => sink.close() };
}
