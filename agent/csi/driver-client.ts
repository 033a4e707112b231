import type { Clock } from '../../base/clock.ts';
import type { InputOf, Message, Of } from '../../base/protobuf/message.ts';
import { openChannel } from '../cri/channel.ts';
import type { CsiMetrics } from './csi-metrics.ts';
import * as m from './messages.ts';

/** The facts that a driver tells of the node. */
export interface DriverNodeInfo {
  readonly nodeId: string;
  /** 0 for no limit. */
  readonly maxVolumes: number;
  readonly topology: Readonly<Record<string, string>>;
}

/** The node service of one driver. Every call rejects with RuntimeError if the driver refuses or does not answer within two minutes. */
export interface DriverClient {
  info(): Promise<DriverNodeInfo>;
  /** Resolves with the numbers of NODE_CAPABILITY. */
  capabilities(): Promise<ReadonlySet<number>>;
  stage(request: InputOf<typeof m.NodeStageVolumeRequest>): Promise<void>;
  unstage(request: InputOf<typeof m.NodeUnstageVolumeRequest>): Promise<void>;
  publish(request: InputOf<typeof m.NodePublishVolumeRequest>): Promise<void>;
  unpublish(request: InputOf<typeof m.NodeUnpublishVolumeRequest>): Promise<void>;
  /** Resolves with the new size in bytes. */
  expand(request: InputOf<typeof m.NodeExpandVolumeRequest>): Promise<number>;
  stats(request: InputOf<typeof m.NodeGetVolumeStatsRequest>): Promise<Of<typeof m.NodeGetVolumeStatsResponse>>;
  close(): void;
}

/** kubelet's csiTimeout. */
const TIMEOUT_MS = 120_000;

export interface DriverClientOptions {
  readonly driver: string;
  readonly socketPath: string;
  readonly clock: Clock;
  readonly metrics: Pick<CsiMetrics, 'call'>;
}

/** Connects to the socket at the first call. */
export function createDriverClient({ driver, socketPath, clock, metrics }: DriverClientOptions): DriverClient {
  const channel = openChannel(socketPath, clock);
  const node = <In, Out>(method: string, request: Message<unknown, In>, response: Message<Out, never>, value: In): Promise<Out> => {
    const path = `/csi.v1.Node/${method}`;
    return metrics.call(driver, path, () => channel.call(path, request, response, value, TIMEOUT_MS));
  };
  return {
    async info() {
      const answer = await node('NodeGetInfo', m.Empty, m.NodeGetInfoResponse, {});
      return { nodeId: answer.node_id, maxVolumes: answer.max_volumes_per_node, topology: answer.accessible_topology?.segments ?? {} };
    },
    async capabilities() {
      const answer = await node('NodeGetCapabilities', m.Empty, m.NodeGetCapabilitiesResponse, {});
      return new Set(answer.capabilities.flatMap(({ rpc }) => (rpc ? [rpc.type] : [])));
    },
    async stage(request) {
      await node('NodeStageVolume', m.NodeStageVolumeRequest, m.Empty, request);
    },
    async unstage(request) {
      await node('NodeUnstageVolume', m.NodeUnstageVolumeRequest, m.Empty, request);
    },
    async publish(request) {
      await node('NodePublishVolume', m.NodePublishVolumeRequest, m.Empty, request);
    },
    async unpublish(request) {
      await node('NodeUnpublishVolume', m.NodeUnpublishVolumeRequest, m.Empty, request);
    },
    expand: async (request) => (await node('NodeExpandVolume', m.NodeExpandVolumeRequest, m.NodeExpandVolumeResponse, request)).capacity_bytes,
    stats: (request) => node('NodeGetVolumeStats', m.NodeGetVolumeStatsRequest, m.NodeGetVolumeStatsResponse, request),
    close: () => channel.close(),
  };
}
