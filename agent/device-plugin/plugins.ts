import { join } from 'node:path';
import { isExtendedResource } from '../../api/pod/resources/resource-names.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Of } from '../../base/protobuf/message.ts';
import { toOwnPath } from '../contract/kubelet-directory.ts';
import type { PluginType } from '../plugin/plugin-registration.ts';
import type { DevicePluginMetrics } from './device-plugin-metrics.ts';
import type { Endpoint } from './endpoint.ts';
import { createEndpoint } from './endpoint.ts';
import type { Inventory, ListChange } from './inventory.ts';
import { STOP_GRACE_MS } from './inventory.ts';
import type { RegisterRequest } from './messages.ts';

export interface PluginsOptions {
  /** The agent's directory, which stands in for kubelet's. */
  readonly root: string;
  /** The directory that plugins put their sockets in. */
  readonly directory: string;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: DevicePluginMetrics;
  readonly onList: (resource: string, change: ListChange) => void;
  /** The plugin of a resource is gone, or has been for too long. */
  readonly onGone: () => void;
}

/** The device plugins of this node, one per resource: a later one takes the place of an earlier one. */
export interface Plugins extends PluginType {
  /** Connects to the plugin that has called the agent. @throws Error in kubelet's words */
  registerByCall(request: Of<typeof RegisterRequest>): Promise<void>;
  /** Waits until the resources whose plugins are gone are to be forgotten. */
  expireLater(): void;
  closeAll(): void;
}

const VERSION = 'v1beta1';

interface Connection {
  readonly endpoint: Endpoint;
  readonly ending: AbortController;
}

export function createPlugins({ root, directory, inventory, clock, log, metrics, onList, onGone }: PluginsOptions): Plugins {
  const connections = new Map<string, Connection>();
  const timers = new Set<() => void>();

  const expireLater = (): void => {
    const cancel = clock.after(
      STOP_GRACE_MS,
      () => {
        timers.delete(cancel);
        if (inventory.expire()) onGone();
      },
      'background',
    );
    timers.add(cancel);
  };

  const close = ({ endpoint, ending }: Connection): void => {
    ending.abort();
    endpoint.close();
  };

  const disconnect = (resource: string, connection: Connection): void => {
    close(connection);
    if (connections.get(resource) !== connection) return;
    connections.delete(resource);
    inventory.disconnected(resource);
    log.info({ resource }, 'a device plugin is gone');
    expireLater();
    onGone();
  };

  const connect = async (resource: string, socket: string): Promise<void> => {
    const connection = { endpoint: createEndpoint(socket, clock), ending: new AbortController() };
    try {
      await connection.endpoint.connect();
      const options = await connection.endpoint.options().catch((error: unknown) => {
        throw new Error(`failed to get device plugin options: ${error instanceof Error ? error.message : String(error)}`);
      });
      const before = connections.get(resource);
      if (before) close(before);
      connections.set(resource, connection);
      inventory.connected(resource, { endpoint: connection.endpoint, options });
    } catch (error) {
      close(connection);
      log.warn({ err: error, resource, socket }, 'a device plugin could not be connected');
      throw error;
    }
    log.info({ resource, socket }, 'a device plugin has registered');
    void follow(resource, connection);
  };

  const follow = async (resource: string, connection: Connection): Promise<void> => {
    const { endpoint, ending } = connection;
    const listed = (devices: Parameters<Inventory['listed']>[1]) => {
      if (!ending.signal.aborted) onList(resource, inventory.listed(resource, devices));
    };
    await endpoint.watch(listed, ending.signal).catch((error: unknown) => log.info({ err: error, resource }, 'the list of devices has ended'));
    if (!ending.signal.aborted) disconnect(resource, connection);
  };

  return {
    async registerByCall({ version, resource_name: resource, endpoint }) {
      metrics.registration(resource);
      if (version !== VERSION) {
        throw new Error(`requested API version ${JSON.stringify(version)} is not supported by kubelet. Supported version is ["${VERSION}"]`);
      }
      if (!isExtendedResource(resource)) throw new Error(`the ResourceName ${JSON.stringify(resource)} is invalid`);
      await connect(resource, join(directory, endpoint));
    },
    validate({ name, versions }) {
      if (!versions.includes(VERSION)) throw new Error(`manager version, ${VERSION}, is not among plugin supported versions [${versions.join(' ')}]`);
      if (!isExtendedResource(name)) throw new Error(`invalid name of device plugin socket: the ResourceName ${JSON.stringify(name)} is invalid`);
    },
    register: ({ name, endpoint }) => connect(name, toOwnPath(endpoint, root)),
    async deregister({ name }) {
      const connection = connections.get(name);
      if (connection) disconnect(name, connection);
    },
    expireLater,
    closeAll() {
      for (const connection of connections.values()) close(connection);
      connections.clear();
      for (const cancel of timers) cancel();
    },
  };
}
