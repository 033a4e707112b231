import { randomUUID } from 'node:crypto';
import type { ApiServer } from '../../apiserver/server.ts';
import { Stopped } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { MemoryStore } from '../../store/memory.ts';
import type { ControlPlaneOptions } from '../cluster/control-plane.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import type { FaultyServer } from './faults.ts';
import type { FrontDoor } from './front-door.ts';
import { HOST } from './front-door.ts';
import type { TestKeys } from './keys.ts';
import type { NodesState, TestNodes } from './test-nodes.ts';
import { createTestNodes } from './test-nodes.ts';

export interface PartsOptions extends Pick<ControlPlaneOptions, 'controllers' | 'scheduler' | 'nodeMonitor' | 'autoscaler'> {
  readonly store: MemoryStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keys: TestKeys;
  readonly server: FaultyServer;
  readonly door: FrontDoor;
  /** Called when the API server has stored what each server makes at its start, before anything else runs. */
  readonly onServing?: () => void;
}

/** The parts of a test's cluster that run. */
export interface Parts extends Pick<ApiServer, 'loopback'> {
  readonly nodes: TestNodes;
  /** Ends all of them, the nodes first: their last writes are answered. */
  stop(): Promise<void>;
}

/** Starts control plane and nodes over a store. Resolves when the API server answers and the nodes run; rejects with all of it ended. */
export async function startParts(options: PartsOptions, machines: NodesState): Promise<Parts> {
  const { store, clock, log, keys, server, door } = options;
  const controlPlane = await startControlPlane({
    ...options,
    store,
    pki: keys.pki,
    clock,
    port: door.port,
    listening: door.server,
    host: HOST,
    advertiseAddress: HOST,
    identity: randomUUID(),
    graceMs: 0,
    parts: [server.part],
    around: server.around,
  });
  options.onServing?.();
  const [ofNodes, ofControlPlane] = [new AbortController(), new AbortController()];
  const serving = controlPlane.run(ofControlPlane.signal);
  // Told of by `stop`.
  serving.catch(() => {});
  door.open();
  const nodes = createTestNodes({ server: controlPlane.server, keys, clock, log, signal: ofNodes.signal });
  const stop = async () => {
    ofNodes.abort(new Stopped('shutdown'));
    await nodes.ended();
    ofControlPlane.abort(new Stopped('shutdown'));
    await serving;
  };
  try {
    await nodes.begin(machines);
  } catch (error) {
    await stop();
    throw error;
  }
  return { loopback: controlPlane.server.loopback, nodes, stop };
}
