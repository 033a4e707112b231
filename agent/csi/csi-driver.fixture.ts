import { execFile } from 'node:child_process';
import { mkdir, rm, rmdir, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bool, enumeration, int64, message, nested, nestedList, string, stringMap } from '../../base/protobuf/message.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { PluginFault, PluginMethod } from '../plugin/plugin-server.fixture.ts';
import { method, registrationMethods, servePlugin } from '../plugin/plugin-server.fixture.ts';
import * as m from './messages.ts';

const run = promisify(execFile);

/** The way in which volumes appear to pods: as mounts, which needs root, or as links. */
export type Mounting = 'bind' | 'link';

export interface CsiDriverOptions {
  readonly name: string;
  readonly nodeId: string;
  /** The directory that volumes are kept in. */
  readonly storage: string;
  readonly socket: string;
  readonly registrationSocket: string;
  readonly mounting: Mounting;
  /** The number of volumes that the node takes; 0 for any. */
  readonly maxVolumes?: number;
  readonly topology?: Readonly<Record<string, string>>;
  readonly capabilities?: readonly number[];
}

export interface DriverCall {
  readonly method: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** A CSI driver whose volumes are directories of this machine: identity, controller and node, and its registration with the agent. */
export interface CsiDriverProcess {
  readonly calls: readonly DriverCall[];
  /** The answers that the agent gave to the registration. */
  readonly registrations: readonly { readonly plugin_registered: boolean; readonly error: string }[];
  /** Makes the calls of a method fail until it is called with undefined. */
  fail(method: string, fault: PluginFault | undefined): void;
  /** Ends the driver as a process that dies: its sockets are gone. */
  stop(): Promise<void>;
}

const Capability = message({ rpc: nested(1, message({ type: enumeration(1) })) });
const Volume = message({ capacity_bytes: int64(1), volume_id: string(2), volume_context: stringMap(3) });
const CapacityRange = message({ required_bytes: int64(1) });
export const controllerMessages = {
  CreateVolumeRequest: message({ name: string(1), capacity_range: nested(2, CapacityRange), parameters: stringMap(4) }),
  CreateVolumeResponse: message({ volume: nested(1, Volume) }),
  DeleteVolumeRequest: message({ volume_id: string(1) }),
  ControllerPublishVolumeRequest: message({ volume_id: string(1), node_id: string(2), readonly: bool(4) }),
  ControllerPublishVolumeResponse: message({ publish_context: stringMap(1) }),
  ControllerUnpublishVolumeRequest: message({ volume_id: string(1), node_id: string(2) }),
  ControllerExpandVolumeRequest: message({ volume_id: string(1), capacity_range: nested(2, CapacityRange) }),
  ControllerExpandVolumeResponse: message({ capacity_bytes: int64(1), node_expansion_required: bool(2) }),
};
const Capabilities = message({ capabilities: nestedList(1, Capability) });
const capabilitiesOf = (numbers: readonly number[]) => ({ capabilities: numbers.map((type) => ({ rpc: { type } })) });

/** Starts a driver that listens. Long, as it has a method per call of the specification that a node or a sidecar makes. */
export async function startCsiDriver(options: CsiDriverOptions): Promise<CsiDriverProcess> {
  const { name, nodeId, storage, socket, registrationSocket, mounting } = options;
  const { capabilities = [m.NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME, m.NODE_CAPABILITY.EXPAND_VOLUME, m.NODE_CAPABILITY.GET_VOLUME_STATS] } = options;
  const calls: DriverCall[] = [];
  const registrations: { plugin_registered: boolean; error: string }[] = [];
  const faults = new Map<string, PluginFault>();
  const kept = (id: string) => join(storage, id);

  const show = async (source: string, target: string): Promise<void> => {
    if (mounting === 'link') {
      await mkdir(dirname(target), { recursive: true });
      await rmdir(target).catch(() => {});
      await symlink(source, target).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      return;
    }
    await mkdir(target, { recursive: true });
    const mounted = await run('mountpoint', ['-q', target]).then(
      () => true,
      () => false,
    );
    if (!mounted) await run('mount', ['--bind', source, target]);
  };
  const hide = async (target: string): Promise<void> => {
    if (mounting === 'link') await unlink(target).catch(() => {});
    else await run('umount', [target]).catch(() => {});
    await rmdir(target).catch(() => {});
  };

  const c = controllerMessages;
  const handlers: readonly PluginMethod[] = [
    method('/csi.v1.Node/NodeGetInfo', m.Empty, m.NodeGetInfoResponse, () => ({
      node_id: nodeId,
      max_volumes_per_node: options.maxVolumes ?? 0,
      ...(options.topology ? { accessible_topology: { segments: options.topology } } : {}),
    })),
    method('/csi.v1.Node/NodeGetCapabilities', m.Empty, m.NodeGetCapabilitiesResponse, () => capabilitiesOf(capabilities)),
    method('/csi.v1.Node/NodeStageVolume', m.NodeStageVolumeRequest, m.Empty, async ({ volume_id, staging_target_path }) => {
      await mkdir(kept(volume_id), { recursive: true });
      await show(kept(volume_id), staging_target_path);
      return {};
    }),
    method('/csi.v1.Node/NodeUnstageVolume', m.NodeUnstageVolumeRequest, m.Empty, async ({ staging_target_path }) => {
      await hide(staging_target_path);
      return {};
    }),
    method('/csi.v1.Node/NodePublishVolume', m.NodePublishVolumeRequest, m.Empty, async ({ volume_id, staging_target_path, target_path }) => {
      await mkdir(kept(volume_id), { recursive: true });
      await show(staging_target_path === '' ? kept(volume_id) : staging_target_path, target_path);
      return {};
    }),
    method('/csi.v1.Node/NodeUnpublishVolume', m.NodeUnpublishVolumeRequest, m.Empty, async ({ volume_id, target_path }) => {
      await hide(target_path);
      // Inline volumes are made for a pod and go with it.
      if (volume_id.startsWith('csi-')) await removeDirectory(kept(volume_id));
      return {};
    }),
    method('/csi.v1.Node/NodeExpandVolume', m.NodeExpandVolumeRequest, m.NodeExpandVolumeResponse, ({ capacity_range }) => ({
      capacity_bytes: capacity_range?.required_bytes ?? 0,
    })),
    method('/csi.v1.Node/NodeGetVolumeStats', m.NodeGetVolumeStatsRequest, m.NodeGetVolumeStatsResponse, () => ({
      usage: [{ total: 1024, used: 24, available: 1000, unit: m.USAGE_UNIT.BYTES }],
    })),
    method('/csi.v1.Controller/ControllerGetCapabilities', m.Empty, Capabilities, () => capabilitiesOf([1, 2, 9])),
    method('/csi.v1.Controller/CreateVolume', c.CreateVolumeRequest, c.CreateVolumeResponse, async ({ name: id, capacity_range, parameters }) => {
      await mkdir(kept(id), { recursive: true });
      return { volume: { volume_id: id, capacity_bytes: capacity_range?.required_bytes ?? 0, volume_context: parameters } };
    }),
    method('/csi.v1.Controller/DeleteVolume', c.DeleteVolumeRequest, m.Empty, async ({ volume_id }) => {
      await removeDirectory(kept(volume_id));
      return {};
    }),
    method('/csi.v1.Controller/ControllerPublishVolume', c.ControllerPublishVolumeRequest, c.ControllerPublishVolumeResponse, ({ node_id }) => ({
      publish_context: { attachedTo: node_id },
    })),
    method('/csi.v1.Controller/ControllerUnpublishVolume', c.ControllerUnpublishVolumeRequest, m.Empty, () => ({})),
    method('/csi.v1.Controller/ControllerExpandVolume', c.ControllerExpandVolumeRequest, c.ControllerExpandVolumeResponse, ({ capacity_range }) => ({
      capacity_bytes: capacity_range?.required_bytes ?? 0,
      node_expansion_required: true,
    })),
  ];
  const info = { type: 'CSIPlugin', name, endpoint: socket, supported_versions: ['1.0.0'] };
  const registration = registrationMethods(info, (answer) => registrations.push(answer));
  const onCall = (method_: string, request: DriverCall['request']) => {
    calls.push({ method: method_, request });
    const fault = faults.get(method_);
    if (fault) throw fault;
  };
  const servers = [await servePlugin(socket, handlers, onCall), await servePlugin(registrationSocket, registration, onCall)];
  return {
    calls,
    registrations,
    fail(method_, fault) {
      if (fault) faults.set(method_, fault);
      else faults.delete(method_);
    },
    async stop() {
      for (const server of servers) server.forceShutdown();
      await Promise.all([socket, registrationSocket].map((path) => rm(path, { force: true })));
    },
  };
}
