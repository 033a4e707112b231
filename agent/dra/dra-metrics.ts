import { Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import { measured } from '../../runtime/observe/measured.ts';
import { RuntimeError } from '../contract/runtime.ts';

/** kubelet's metrics of ResourceClaims (pkg/kubelet/metrics/metrics.go). */
export interface DraMetrics {
  readonly registry: Registry;
  /** Measures all that is done for a pod. `name` is PrepareResources or UnprepareResources. */
  operation<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Measures a call of a driver. `method` is its full name: `/package.Service/Method`. */
  call<T>(driver: string, method: string, work: () => Promise<T>): Promise<T>;
}

const STEPS = 15;
const FIRST_SECONDS = 0.1;
const LAST_SECONDS = 40;
const BUCKETS = Array.from({ length: STEPS }, (_, index) => FIRST_SECONDS * (LAST_SECONDS / FIRST_SECONDS) ** (index / (STEPS - 1)));

/** @param inUse returns the number of claims that are prepared by driver, `<any>` for all */
export function createDraMetrics(clock: Clock, inUse: () => ReadonlyMap<string, number>): DraMetrics {
  const registry = new Registry();
  const registers = [registry];
  const operations = new Histogram({
    name: 'dra_operations_duration_seconds',
    help: 'How long it takes to prepare or unprepare all ResourceClaims of a pod.',
    labelNames: ['operation_name', 'is_error'] as const,
    buckets: BUCKETS,
    registers,
  });
  const calls = new Histogram({
    name: 'dra_grpc_operations_duration_seconds',
    help: 'How long calls of DRA drivers take.',
    labelNames: ['driver_name', 'method_name', 'grpc_status_code'] as const,
    buckets: BUCKETS,
    registers,
  });
  new Gauge({
    name: 'dra_resource_claims_in_use',
    help: 'ResourceClaims that are prepared on the node, by driver. A claim of several drivers counts for each of them; <any> counts claims.',
    labelNames: ['driver_name'] as const,
    registers,
    collect() {
      this.reset();
      for (const [driver_name, count] of inUse()) this.set({ driver_name }, count);
    },
  });

  return {
    registry,
    operation: (operation_name, work) =>
      measured(clock, work, (seconds, error) => operations.observe({ operation_name, is_error: String(error !== undefined) }, seconds)),
    call: (driver_name, method_name, work) =>
      measured(clock, work, (seconds, error) => calls.observe({ driver_name, method_name, grpc_status_code: codeOf(error) }, seconds)),
  };
}

const codeOf = (error: unknown): string => (error === undefined ? 'OK' : error instanceof RuntimeError ? error.code : 'Unknown');
