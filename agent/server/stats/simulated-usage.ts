import { parseQuantity, QuantityError } from '../../../api/schema/quantity.ts';

/**
 * The annotations by which a simulated pod says what each of its containers uses: a quantity for all of them (`250m`), or one for each
 * (`web=250m,proxy=10m`). They may change while the pod runs. Default: nothing.
 */
export const SIMULATED_USAGE = {
  cpu: 'simulated.skiff.dev/cpu-usage',
  memory: 'simulated.skiff.dev/memory-usage',
} as const;

/** @throws Error naming the annotation if a quantity cannot be read. */
function amountOf(annotations: Readonly<Record<string, string>> | undefined, annotation: string, container: string): bigint {
  const text = annotations?.[annotation] ?? '0';
  const own = text.includes('=') ? (text.split(',').find((part) => part.trim().startsWith(`${container}=`)) ?? '=0').split('=')[1] : text;
  try {
    return parseQuantity((own ?? '').trim()).nanos;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw new Error(
      `annotation ${annotation}: ${JSON.stringify(text)} is not a quantity such as 250m or 64Mi, nor a list such as web=250m,proxy=10m`,
    );
  }
}

/** A running container of a simulated pod. */
export interface SimulatedContainer {
  readonly id: string;
  readonly name: string;
  readonly startedAt: number;
  /** Of its pod, as they are now. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

export interface SimulatedCounters {
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
}

/** Counts the CPU time of simulated containers. */
export interface SimulatedUsage {
  /** Returns the counters of the containers, by their IDs. They never fall; those of containers that are not named are dropped. */
  read(containers: readonly SimulatedContainer[], now: number): ReadonlyMap<string, SimulatedCounters>;
  /** Returns the CPU time of all containers that there ever were. */
  totalNanoseconds(): number;
}

const NANO = 1e9;

/** @param complain receives each fault of an annotation once per container. */
export function createSimulatedUsage(complain: (container: SimulatedContainer, fault: Error) => void): SimulatedUsage {
  let counters = new Map<string, SimulatedCounters & { readonly time: number }>();
  const complained = new Set<string>();
  let total = 0;

  function amount(container: SimulatedContainer, annotation: string): number {
    try {
      return Number(amountOf(container.annotations, annotation, container.name));
    } catch (error) {
      if (!complained.has(container.id) && error instanceof Error) complain(container, error);
      complained.add(container.id);
      return 0;
    }
  }

  return {
    read(containers, now) {
      const next: typeof counters = new Map();
      for (const container of containers) {
        const before = counters.get(container.id) ?? { cpuNanoseconds: 0, time: Math.min(container.startedAt, now) };
        // Cores times milliseconds, in nanoseconds.
        const used = Math.round((amount(container, SIMULATED_USAGE.cpu) / NANO) * (now - before.time) * 1e6);
        total += used;
        const memoryBytes = Math.round(amount(container, SIMULATED_USAGE.memory) / NANO);
        next.set(container.id, { cpuNanoseconds: before.cpuNanoseconds + used, memoryBytes, time: now });
      }
      counters = next;
      for (const id of complained) if (!next.has(id)) complained.delete(id);
      return next;
    },
    totalNanoseconds: () => total,
  };
}
