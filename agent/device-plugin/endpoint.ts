import { settledWithin } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { InputOf, Message, Of } from '../../base/protobuf/message.ts';
import { openChannel } from '../cri/channel.ts';
import * as m from './messages.ts';

/** A device as its plugin lists it. */
export type PluginDevice = Of<typeof m.Device>;
/** The answer of a plugin for one container. */
export type ContainerResponse = Of<typeof m.ContainerAllocateResponse>;
export type PluginOptions = Of<typeof m.DevicePluginOptions>;

/** The service of one device plugin. Calls reject with RuntimeError if the plugin refuses or is gone; they wait as long as it takes. */
export interface Endpoint {
  /** Resolves once the plugin can be reached. @throws Error in kubelet's words after ten seconds */
  connect(): Promise<void>;
  options(): Promise<PluginOptions>;
  /** Calls `onList` with all devices of the plugin at first and whenever they change, until its stream or `signal` ends. */
  watch(onList: (devices: readonly PluginDevice[]) => void, signal: AbortSignal): Promise<void>;
  /** Resolves with the devices that the plugin would choose. */
  prefer(available: readonly string[], mustInclude: readonly string[], size: number): Promise<readonly string[]>;
  /** @throws Error in kubelet's words if the answer is for no container */
  allocate(devices: readonly string[]): Promise<ContainerResponse>;
  /** Rejects after 30 seconds. */
  preStart(devices: readonly string[]): Promise<void>;
  close(): void;
}

const DIAL_MS = 10_000;
const PRE_START_MS = 30_000;
const NO_TIMEOUT = 0;

export function createEndpoint(socketPath: string, clock: Clock): Endpoint {
  const channel = openChannel(socketPath, clock);
  const call = <In, Out>(method: string, request: Message<unknown, In>, response: Message<Out, never>, value: In, timeoutMs = NO_TIMEOUT) =>
    channel.call(`/v1beta1.DevicePlugin/${method}`, request, response, value, timeoutMs);
  return {
    async connect() {
      const connected = Promise.withResolvers<void>();
      channel.keepConnected((isConnected) => {
        if (isConnected) connected.resolve();
      });
      if (!(await settledWithin(clock, DIAL_MS, connected.promise))) throw new Error('failed to dial device plugin: context deadline exceeded');
    },
    options: () => call('GetDevicePluginOptions', m.Empty, m.DevicePluginOptions, {}),
    watch: (onList, signal) =>
      channel.stream('/v1beta1.DevicePlugin/ListAndWatch', m.Empty, m.ListAndWatchResponse, {}, ({ devices }) => onList(devices), signal),
    async prefer(available, mustInclude, size) {
      const request = { available_deviceIDs: available, must_include_deviceIDs: mustInclude, allocation_size: size };
      const answer = await call('GetPreferredAllocation', m.PreferredAllocationRequest, m.PreferredAllocationResponse, {
        container_requests: [request],
      });
      return answer.container_responses[0]?.deviceIDs ?? [];
    },
    async allocate(devices) {
      const request: InputOf<typeof m.AllocateRequest> = { container_requests: [{ devices_ids: devices }] };
      const [response] = (await call('Allocate', m.AllocateRequest, m.AllocateResponse, request)).container_responses;
      if (!response) throw new Error('no containers return in allocation response ');
      return response;
    },
    async preStart(devices) {
      await call('PreStartContainer', m.PreStartContainerRequest, m.Empty, { devices_ids: devices }, PRE_START_MS);
    },
    close: () => channel.close(),
  };
}
