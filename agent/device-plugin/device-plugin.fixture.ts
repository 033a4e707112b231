import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { InputOf } from '../../base/protobuf/message.ts';
import { openChannel } from '../cri/channel.ts';
import type { Registration } from '../plugin/plugin-server.fixture.ts';
import { method, PluginFault, registrationMethods, servePlugin, streamMethod } from '../plugin/plugin-server.fixture.ts';
import * as m from './messages.ts';

export type Devices = NonNullable<InputOf<typeof m.ListAndWatchResponse>['devices']>;
export type Response = InputOf<typeof m.ContainerAllocateResponse>;

export interface DevicePluginOptions {
  readonly resource: string;
  /** The directory of the agent's socket. */
  readonly directory: string;
  /** The name of the plugin's own socket in it. Default: from the resource. */
  readonly endpoint?: string;
  readonly devices?: Devices;
  readonly options?: InputOf<typeof m.DevicePluginOptions>;
  /** Default: a variable with the names of the devices. */
  readonly allocate?: (devices: readonly string[]) => Response | Promise<Response>;
  readonly prefer?: (available: readonly string[], mustInclude: readonly string[], size: number) => readonly string[];
  /** The socket by which it registers with the plugin watcher. Default: none. */
  readonly registrationSocket?: string;
}

/** A device plugin whose devices are names, over real gRPC. */
export interface DevicePluginProcess {
  readonly socket: string;
  /** The calls so far: `Allocate a,b`. */
  readonly calls: readonly string[];
  /** The answers that the agent gave to a registration by its watcher. */
  readonly registrations: readonly Registration[];
  /** Calls the agent to be registered. @throws RuntimeError with the agent's refusal */
  register(more?: { readonly version?: string }): Promise<void>;
  /** Tells the agent of all devices, now and later. */
  list(devices: Devices): void;
  /** Makes the calls of a method fail until it is called with undefined. */
  fail(called: string, message: string | undefined): void;
  /** Ends the plugin as a process that dies. */
  stop(): Promise<void>;
}

/** @param unhealthy those of the names that cannot be used */
export const named = (names: string, unhealthy = ''): Devices =>
  names.split(' ').map((ID) => ({ ID, health: unhealthy.split(' ').includes(ID) ? 'Unhealthy' : 'Healthy' }));

/** Starts a plugin that listens; it has not registered yet. */
export async function startDevicePlugin(given: DevicePluginOptions, clock: Clock): Promise<DevicePluginProcess> {
  const { resource, directory, endpoint = `${resource.replaceAll('/', '_')}.sock`, options = {} } = given;
  const { allocate = (ids: readonly string[]) => ({ envs: { DEVICES: ids.join() } }), prefer = () => [] } = given;
  const socket = join(directory, endpoint);
  const calls: string[] = [];
  const registrations: Registration[] = [];
  const faults = new Map<string, string>();
  const followers = new Set<() => void>();
  let devices = given.devices ?? [];
  const service = '/v1beta1.DevicePlugin';
  const methods = [
    method(`${service}/GetDevicePluginOptions`, m.Empty, m.DevicePluginOptions, () => options),
    method(`${service}/GetPreferredAllocation`, m.PreferredAllocationRequest, m.PreferredAllocationResponse, ({ container_requests }) => ({
      container_responses: container_requests.map(({ available_deviceIDs, must_include_deviceIDs, allocation_size }) => {
        calls.push(`GetPreferredAllocation ${allocation_size} of ${available_deviceIDs.join()} with ${must_include_deviceIDs.join()}`);
        return { deviceIDs: prefer(available_deviceIDs, must_include_deviceIDs, allocation_size) };
      }),
    })),
    method(`${service}/Allocate`, m.AllocateRequest, m.AllocateResponse, async ({ container_requests }) => {
      for (const { devices_ids } of container_requests) calls.push(`Allocate ${devices_ids.join()}`);
      return { container_responses: await Promise.all(container_requests.map(({ devices_ids }) => allocate(devices_ids))) };
    }),
    method(`${service}/PreStartContainer`, m.PreStartContainerRequest, m.Empty, ({ devices_ids }) => {
      calls.push(`PreStartContainer ${devices_ids.join()}`);
      return {};
    }),
    streamMethod(`${service}/ListAndWatch`, m.Empty, m.ListAndWatchResponse, (send, ended) => {
      const tell = () => send({ devices });
      followers.add(tell);
      ended.addEventListener('abort', () => followers.delete(tell));
      tell();
    }),
  ];
  const onCall = (called: string) => {
    const message = faults.get(called);
    if (message !== undefined) throw new PluginFault('UNKNOWN', message);
  };
  const servers = [await servePlugin(socket, methods, onCall)];
  if (given.registrationSocket) {
    const info = { type: 'DevicePlugin', name: resource, endpoint: socket, supported_versions: ['v1beta1'] };
    const answered = (answer: Registration) => registrations.push(answer);
    servers.push(await servePlugin(given.registrationSocket, registrationMethods(info, answered)));
  }
  return {
    socket,
    calls,
    registrations,
    async register({ version = 'v1beta1' } = {}) {
      const channel = openChannel(join(directory, 'kubelet.sock'), clock);
      const request = { version, endpoint, resource_name: resource, options };
      try {
        await channel.call('/v1beta1.Registration/Register', m.RegisterRequest, m.Empty, request);
      } finally {
        channel.close();
      }
    },
    list(all) {
      devices = all;
      for (const tell of followers) tell();
    },
    fail(called, message) {
      if (message === undefined) faults.delete(called);
      else faults.set(called, message);
    },
    async stop() {
      for (const server of servers) server.forceShutdown();
      await rm(socket, { force: true });
      if (given.registrationSocket) await rm(given.registrationSocket, { force: true });
    },
  };
}
