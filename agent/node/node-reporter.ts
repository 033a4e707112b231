import type { ContainerImage, Node, NodeStatus } from '../../api/kinds/core/node/index.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { isAlreadyExists, isNotFound } from '../../api/meta/status-error.ts';
import { isExtendedResource } from '../../api/pod/resources/resource-names.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { RuntimeFeatures } from '../contract/node-abilities.ts';
import { nodeReference } from '../contract/node-reference.ts';
import type { PluginResources } from '../contract/plugin-devices.ts';
import type { NodeHealth } from './node-conditions.ts';
import { nodeConditions } from './node-conditions.ts';
import type { NodeFacts } from './node-info.ts';
import { architecture } from './node-info.ts';
import type { NodeStartup } from './node-startup.ts';
import { nodeStatusPatch, sameStatus } from './status-patch.ts';

export interface NodeReporterOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  readonly nodeName: string;
  readonly nodeIps: readonly string[];
  readonly facts: NodeFacts;
  readonly features: RuntimeFeatures;
  /** Sorted. */
  readonly declaredFeatures: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly health: () => Promise<NodeHealth>;
  readonly images: () => Promise<readonly ContainerImage[]>;
  /** Volumes that must not be detached from the node. Undefined until that is known: those of the last status stay. */
  readonly volumesInUse: () => readonly string[] | undefined;
  /** The resources that device plugins add to the node. */
  readonly pluginResources: () => Promise<PluginResources>;
  /** Whether no agent has run here before: extended resources of a node by this name are shown as 0 at first. */
  readonly isNewNode: () => Promise<boolean>;
  readonly startup?: NodeStartup | undefined;
  /** Sets what holds for all pods of the node together. Rejects with the message of an event. */
  readonly enforceAllocatable: () => Promise<void>;
}

/** Registers the node and keeps its status: looked at every 10 s, written when it changed, and every 5 min. */
export interface NodeReporter {
  /** Resolves after the node's first status has been written. */
  readonly registered: Promise<void>;
  /** The node as the API last had it. */
  node(): Live<Node> | undefined;
  /** Reads the node from the API. */
  refresh(): Promise<void>;
  /** Checks the node's health now, because something that readiness depends on has changed. */
  check(): void;
  /** @param serverPort where the node's server listens. */
  run(serverPort: number, signal: AbortSignal): Promise<void>;
}

export const CHECK_MS = 10_000;
/** While the node is not ready it is looked at more often: start-up should not wait. */
const UNREADY_CHECK_MS = 250;
export const REPORT_MS = 5 * 60_000;
const RETRY_MS = 500;
/** As kubelet waits (pkg/kubelet/cm). */
const ENFORCE_RETRY_MS = 60_000;

export function createNodeReporter(options: NodeReporterOptions): NodeReporter {
  const { client, clock, log, recorder, nodeName } = options;
  const self = { namespace: '', name: nodeName };
  let current: Live<Node> | undefined;
  let reportedAt = Number.NEGATIVE_INFINITY;
  let markRegistered = () => {};
  const registered = new Promise<void>((resolve) => {
    markRegistered = resolve;
  });
  let resetsExtended = false;
  /** API servers before v1.36 drop declared features: those are not sent again before the next full report. */
  let keepsDeclaredFeatures = true;
  let interrupt = () => {};
  const reference = nodeReference(nodeName);
  const event = (reason: string, message: string) => recorder.event(reference, 'Normal', reason, message);
  let wasUnschedulable = false;
  const tellWhetherSchedulable = ({ spec }: Live<Node>): void => {
    const isUnschedulable = spec?.unschedulable ?? false;
    const reason = isUnschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable';
    if (isUnschedulable !== wasUnschedulable) event(reason, `Node ${nodeName} status is now: ${reason}`);
    wasUnschedulable = isUnschedulable;
  };
  /** Tells that the machine has been started anew since the status was reported. */
  const tellReboot = ({ status }: Live<Node>): void => {
    const { bootID } = options.facts.info;
    const before = status?.nodeInfo?.bootID;
    if (before && before !== bootID) recorder.event(reference, 'Warning', 'Rebooted', `Node ${nodeName} has been rebooted, boot id: ${bootID}`);
  };
  /** Undefined once the limits are set. */
  let enforceAt: number | undefined = Number.NEGATIVE_INFINITY;
  const enforce = async (): Promise<void> => {
    if (enforceAt === undefined || clock.monotonic() < enforceAt) return;
    enforceAt = clock.monotonic() + ENFORCE_RETRY_MS;
    try {
      await options.enforceAllocatable();
      enforceAt = undefined;
      event('NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods');
    } catch (error) {
      log.warn({ err: error }, 'the weight of the pods could not be set, and is tried again');
      recorder.event(reference, 'Warning', 'FailedNodeAllocatableEnforcement', error instanceof Error ? error.message : String(error));
    }
  };

  const register = async (): Promise<Live<Node>> => {
    const labels = { ...defaultLabels(options.nodeName), ...options.labels };
    options.startup?.attempted();
    try {
      const created = await client.create(nodes, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: nodeName, labels, annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } },
        ...(options.taints.length > 0 ? { spec: { taints: options.taints.map((taint) => ({ ...taint })) } } : {}),
      });
      options.startup?.registered();
      return created;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const known = await client.get(nodes, self);
    resetsExtended = await options.isNewNode();
    const missing = Object.entries(labels).filter(([key, value]) => known.metadata.labels?.[key] !== value);
    if (missing.length === 0) return known;
    return client.patch(nodes, self, { type: 'strategic', body: { metadata: { labels: Object.fromEntries(missing) } } });
  };

  const statusOf = async (node: Live<Node>, serverPort: number, isFull: boolean): Promise<{ status: NodeStatus; events: readonly string[] }> => {
    const [health, images, plugged] = await Promise.all([options.health(), options.images(), options.pluginResources()]);
    const { conditions, events } = nodeConditions(health, node.status?.conditions ?? [], clock.now());
    const { facts } = options;
    const volumesInUse = options.volumesInUse() ?? node.status?.volumesInUse ?? [];
    const extended = extendedResources(node.status?.capacity, resetsExtended);
    const status: NodeStatus = {
      ...node.status,
      addresses: [...options.nodeIps.map((address) => ({ type: 'InternalIP', address })), { type: 'Hostname', address: options.nodeName }],
      capacity: { ...extended, ...plugged.capacity, ...facts.capacity },
      allocatable: { ...extended, ...plugged.allocatable, ...facts.allocatable },
      conditions,
      daemonEndpoints: { kubeletEndpoint: { Port: serverPort } },
      nodeInfo: facts.info,
      ...(images.length > 0 || node.status?.images ? { images: [...images] } : {}),
      features: { supplementalGroupsPolicy: options.features.supplementalGroupsPolicy },
      ...(isFull || keepsDeclaredFeatures ? { declaredFeatures: [...options.declaredFeatures] } : {}),
      ...(volumesInUse.length > 0 || node.status?.volumesInUse ? { volumesInUse: [...volumesInUse] } : {}),
      runtimeHandlers: handlers.map(({ name, ...features }) => ({ ...(name === '' ? {} : { name }), features })),
    };
    return { status, events };
  };

  const { recursiveReadOnlyMounts, userNamespaces } = options.features;
  const { handlers = ['', 'runc'].map((name) => ({ name, recursiveReadOnlyMounts, userNamespaces })) } = options.features;

  const report = async (serverPort: number): Promise<void> => {
    current = current ? await client.get(nodes, self) : await register();
    tellWhetherSchedulable(current);
    const due = clock.monotonic() - reportedAt >= REPORT_MS;
    const { status, events } = await statusOf(current, serverPort, due);
    if (!due && sameStatus(status, current.status)) return;
    const before = current;
    current = await client.patch(nodes, self, { type: 'strategic', body: nodeStatusPatch(before.status, status) }, { subresource: 'status' });
    tellReboot(before);
    reportedAt = clock.monotonic();
    keepsDeclaredFeatures = current.status?.declaredFeatures !== undefined;
    resetsExtended = false;
    for (const reason of events) event(reason, `Node ${nodeName} status is now: ${reason}`);
    if (isReady(current)) options.startup?.ready();
    markRegistered();
  };

  return {
    registered,
    node: () => current,
    async refresh() {
      current = await client.get(nodes, self);
    },
    check: () => interrupt(),
    async run(serverPort, signal) {
      event('Starting', 'Starting kubelet.');
      while (!signal.aborted) {
        let waitMs = CHECK_MS;
        // Changes from here on may be missing in this report.
        const wake = new AbortController();
        interrupt = () => wake.abort();
        try {
          await report(serverPort);
          await enforce();
          if (!isReady(current)) waitMs = UNREADY_CHECK_MS;
        } catch (error) {
          if (isNotFound(error)) current = undefined;
          else log.warn({ err: error }, 'the node status could not be written');
          waitMs = RETRY_MS;
        }
        await sleep(clock, waitMs, AbortSignal.any([signal, wake.signal]));
      }
    },
  };
}

const isReady = (node: Live<Node> | undefined): boolean =>
  node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** The resources that others have added to a node's capacity: all of them may be allocated (k8s.io/kubernetes/pkg/kubelet/nodestatus/setters.go). */
function extendedResources(capacity: Readonly<Record<string, string>> = {}, areReset = false): Record<string, string> {
  const extended = Object.entries(capacity).filter(([name]) => isExtendedResource(name));
  return Object.fromEntries(extended.map(([name, amount]) => [name, areReset ? '0' : amount]));
}

const defaultLabels = (nodeName: string) => ({
  'beta.kubernetes.io/arch': architecture(),
  'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': architecture(),
  'kubernetes.io/hostname': nodeName,
  'kubernetes.io/os': 'linux',
});
