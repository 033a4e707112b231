import type { PodObservation } from './observation.ts';
import type { RuntimeContainer, Sandbox } from './runtime.ts';

/** The state of the runtime, by pod. A part that changes something through the runtime refreshes it here before it goes on. */
export interface RuntimeCache {
  of(podUid: string): PodObservation;
  /** Pods of which the runtime has anything, including those unknown to the API. */
  podUids(): readonly string[];
  /** The pod that a container or sandbox belongs to. Returns undefined if it was never seen. */
  owner(id: string): string | undefined;
  refreshSandbox(id: string): Promise<Sandbox | undefined>;
  refreshContainer(id: string): Promise<RuntimeContainer | undefined>;
  /** Reads everything anew; statuses are fetched only of those items that differ from the list. */
  relist(): Promise<void>;
}
