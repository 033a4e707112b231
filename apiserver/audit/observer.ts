import type { Clock } from '../../base/clock.ts';
import type { RequestObserver } from '../contract/observer.ts';
import type { RequestInfo } from '../contract/request-info.ts';
import type { Exchange } from '../contract/stage.ts';
import { isConnection } from '../request/long-running.ts';
import type { AuditMetrics } from './audit-metrics.ts';
import { answeredEvent, receivedEvent, refusedEvent } from './build-event.ts';
import type { AuditEvent, StageName } from './event.ts';
import type { AuditConfig } from './policy-evaluator.ts';

/** Takes the events, each as a line of JSON without its end. */
export interface AuditSink {
  write(line: string): void;
}

export interface AuditObserverOptions {
  readonly evaluate: (user: Exchange['user'], info: RequestInfo) => AuditConfig;
  readonly sink: AuditSink;
  readonly metrics: AuditMetrics;
  readonly clock: Clock;
}

interface Recorded {
  readonly config: AuditConfig;
  started: boolean;
}

/** Requests whose answer goes on: the start of it is recorded too, whatever the answer is. */
const goesOn = (info: RequestInfo): boolean => (info.isResource && info.verb === 'watch') || isConnection(info);

/** Records requests by a policy (k8s.io/apiserver/pkg/endpoints/filters, audit.go). The policy is asked about the user before impersonation. */
export function auditObserver({ evaluate, sink, metrics, clock }: AuditObserverOptions): RequestObserver {
  const recorded = new WeakMap<Exchange, Recorded>();

  function emit(config: AuditConfig, stage: StageName, build: () => AuditEvent): void {
    if (config.omitStages.has(stage)) return;
    sink.write(JSON.stringify(build()));
    metrics.event();
  }

  const answered = (exchange: Exchange, { config }: Recorded, stage: StageName, code: number) =>
    emit(config, stage, () => answeredEvent(exchange, config, stage, code, clock.now()));

  function refused(exchange: Exchange, code: number): void {
    const config = evaluate(undefined, exchange.info);
    metrics.level(config.level);
    if (config.level !== 'None') emit(config, 'ResponseStarted', () => refusedEvent(exchange, config, code, clock.now()));
  }

  return {
    name: 'audit',
    loopback: true,
    authenticated(exchange) {
      const config = evaluate(exchange.user, exchange.info);
      metrics.level(config.level);
      if (config.level === 'None') return;
      recorded.set(exchange, { config, started: false });
      emit(config, 'RequestReceived', () => receivedEvent(exchange, config));
    },
    responseStarted(exchange, code) {
      const record = recorded.get(exchange);
      if (!record) return;
      record.started = true;
      answered(exchange, record, 'ResponseStarted', code);
    },
    finished(exchange, stage, code) {
      if (exchange.user === undefined) return refused(exchange, code);
      const record = recorded.get(exchange);
      if (!record) return;
      if (!record.started && stage !== 'Panic' && goesOn(exchange.info)) answered(exchange, record, 'ResponseStarted', code);
      answered(exchange, record, stage, code);
      recorded.delete(exchange);
    },
  };
}
