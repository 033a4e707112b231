import type { Node } from '../../api/kinds/core/node/index.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { CSINode, CSINodeDriver } from '../../api/kinds/storage/csi-node.ts';
import { csiNodes } from '../../api/kinds/storage/csi-node.ts';
import type { Live } from '../../api/meta/object.ts';
import { isAlreadyExists, isNotFound } from '../../api/meta/status-error.ts';
import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { DriverNodeInfo } from './driver-client.ts';

/** Keeps what the API says of the CSI drivers on this node: its CSINode, the node's annotation with their IDs, and labels of topology. */
export interface CsiNodeWriter {
  /** Makes the node's CSINode if it has none. */
  initialize(): Promise<void>;
  /** @throws Error in kubelet's words if a label of topology contradicts one that the node has, or the server refuses again and again */
  install(driver: string, info: DriverNodeInfo): Promise<void>;
  /** Writes what a driver says of the node by now. */
  update(driver: string, info: DriverNodeInfo): Promise<void>;
  uninstall(driver: string): Promise<void>;
}

export interface CsiNodeWriterOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly nodeName: string;
}

const NODE_IDS = 'csi.volume.kubernetes.io/nodeid';
/** kubelet's updateBackoff. */
const TRIES = 4;
const BACKOFF = { initialMs: 10, maxMs: 2_000, factor: 6 };

export function createCsiNodeWriter({ client, clock, nodeName }: CsiNodeWriterOptions): CsiNodeWriter {
  const self = { namespace: '', name: nodeName };

  const ownCsiNode = async (): Promise<Live<CSINode>> => {
    const { uid } = (await client.get(nodes, self)).metadata;
    const found = await unlessMissing(client.get(csiNodes, self));
    if (found && isOwnedBy(found, nodeName, uid)) return found;
    // Left by an earlier node of the same name.
    if (found) await unlessMissing(client.delete(csiNodes, self, { preconditions: { uid: found.metadata.uid } }));
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid }];
    return client.create(csiNodes, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name: nodeName, ownerReferences },
      spec: { drivers: [] },
    });
  };

  const setDriver = async (driver: string, info: DriverNodeInfo): Promise<void> => {
    const current = await ownCsiNode();
    const drivers = current.spec.drivers ?? [];
    const wanted = driverOf(driver, info);
    const known = drivers.find(({ name }) => name === driver);
    if (known && sameDriver(known, wanted)) return;
    await client.update(csiNodes, { ...current, spec: { drivers: [...drivers.filter(({ name }) => name !== driver), wanted] } });
  };

  /** Changes the node's annotation with drivers' IDs, and adds labels. */
  const patchNode = async (ids: (known: Readonly<Record<string, string>>) => Record<string, string>, labels: Readonly<Record<string, string>>) => {
    const node = await client.get(nodes, self);
    const fault = collisionOf(node, labels);
    if (fault !== undefined) throw new Error(fault);
    const text = node.metadata.annotations?.[NODE_IDS];
    const after = idsText(ids(idsOf(text)));
    const missing = Object.entries(labels).filter(([key]) => node.metadata.labels?.[key] === undefined);
    if (after === text && missing.length === 0) return;
    const metadata = {
      annotations: after === text ? {} : { [NODE_IDS]: after ?? null },
      ...(missing.length > 0 ? { labels: Object.fromEntries(missing) } : {}),
    };
    await client.patch(nodes, self, { type: 'strategic', body: { metadata } });
  };

  /** Repeats a write that fails: others write the same objects. */
  const persist = async (what: string, write: () => Promise<void>): Promise<void> => {
    const backoff = createBackoff(BACKOFF);
    const errors: string[] = [];
    while (errors.length < TRIES) {
      try {
        return await write();
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
        await sleep(clock, backoff.next());
      }
    }
    const causes = [...new Set(errors)];
    const all = causes.length > 1 ? `[${causes.join(', ')}]` : causes[0];
    throw new Error(`error updating ${what}: timed out waiting for the condition; caused by: ${all}`);
  };

  const install = async (driver: string, info: DriverNodeInfo): Promise<void> => {
    if (info.nodeId === '') throw new Error('error adding CSI driver node info: driverNodeID must not be empty');
    await persist('Node object with CSI driver node info: error updating node', () =>
      patchNode((ids) => ({ ...ids, [driver]: info.nodeId }), info.topology),
    );
    await update(driver, info);
  };
  const update = (driver: string, info: DriverNodeInfo): Promise<void> =>
    persist('CSINode object with CSI driver node info: error updating CSINode', () => setDriver(driver, info));

  return {
    initialize: () =>
      persist('CSINode annotation', async () => {
        await ownCsiNode().catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error;
        });
      }),
    install,
    update,
    async uninstall(driver) {
      await persist('CSINode', async () => {
        const current = await unlessMissing(client.get(csiNodes, self));
        const drivers = current?.spec.drivers ?? [];
        if (!current || !drivers.some(({ name }) => name === driver)) return;
        await client.update(csiNodes, { ...current, spec: { drivers: drivers.filter(({ name }) => name !== driver) } });
      });
      await persist('node', () => patchNode(({ [driver]: _, ...others }) => others, {}));
    },
  };
}

async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const isOwnedBy = ({ metadata }: Live<CSINode>, name: string, uid: string): boolean =>
  metadata.ownerReferences?.some((owner) => owner.kind === 'Node' && owner.name === name && owner.uid === uid) ?? false;

const MAX_INT32 = 2 ** 31 - 1;

function driverOf(name: string, { nodeId, maxVolumes, topology }: DriverNodeInfo): CSINodeDriver {
  const topologyKeys = Object.keys(topology).sort();
  const allocatable = maxVolumes > 0 ? { allocatable: { count: Math.min(maxVolumes, MAX_INT32) } } : {};
  return { name, nodeID: nodeId, topologyKeys: topologyKeys.length > 0 ? topologyKeys : undefined, ...allocatable };
}

const sameDriver = (a: CSINodeDriver, b: CSINodeDriver): boolean =>
  a.nodeID === b.nodeID &&
  a.allocatable?.count === b.allocatable?.count &&
  JSON.stringify([...(a.topologyKeys ?? [])].sort()) === JSON.stringify(b.topologyKeys ?? []);

/** Returns the IDs of drivers in an annotation. @throws Error if it cannot be read */
function idsOf(text: string | undefined): Record<string, string> {
  if (text === undefined || text === '') return {};
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch (error) {
    throw new Error(`failed to parse node's ${JSON.stringify(NODE_IDS)} annotation value (${JSON.stringify(text)}) err=${String(error)}`);
  }
}

/** Returns the text of the annotation, as Go writes a map; undefined if there are no drivers. */
function idsText(ids: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(ids).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : JSON.stringify(Object.fromEntries(entries));
}

function collisionOf(node: Live<Node>, labels: Readonly<Record<string, string>>): string | undefined {
  for (const [key, value] of Object.entries(labels)) {
    const current = node.metadata.labels?.[key];
    if (current === undefined || current === value) continue;
    const [reported, existing] = [value, current].map((each) => `${JSON.stringify(key)}:${JSON.stringify(each)}`);
    return `detected topology value collision: driver reported ${reported} but existing label is ${existing}`;
  }
  return undefined;
}
