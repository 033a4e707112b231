import type { Clock } from '../../base/clock.ts';
import type { InputOf, Message, Of } from '../../base/protobuf/message.ts';
import { openChannel } from '../cri/channel.ts';
import type { DraMetrics } from './dra-metrics.ts';
import * as m from './messages.ts';

/** A claim as drivers are told it. */
export type ClaimReference = Readonly<Record<'namespace' | 'uid' | 'name', string>>;
/** A device that a driver has prepared. */
export type DriverDevice = NonNullable<Of<typeof m.PrepareResponse>['claims'][number]['value']>['devices'][number];
export type HealthReport = Of<typeof m.WatchResponse>['devices'];

/** The outcome for one claim: an error that is not empty, or the devices. */
export interface ClaimOutcome {
  readonly error: string;
  readonly devices: readonly DriverDevice[];
}

/** The service of one plugin. Every call rejects with RuntimeError if the plugin refuses or does not answer within 45 seconds. */
export interface PluginClient {
  /** Resolves with the outcomes by the UIDs of claims. */
  prepare(claims: readonly ClaimReference[]): Promise<ReadonlyMap<string, ClaimOutcome>>;
  unprepare(claims: readonly ClaimReference[]): Promise<ReadonlyMap<string, ClaimOutcome>>;
  /** Calls `onReport` with the health of devices as the plugin reports it, until its stream or `signal` ends. */
  watchHealth(onReport: (report: HealthReport) => void, signal: AbortSignal): Promise<void>;
  /** Keeps the connection up and tells of it, from now until the client is closed. */
  keepConnected(onChange: (isConnected: boolean) => void): void;
  close(): void;
}

/** The services that kubelet speaks, as plugins list them in their registration. */
export const SERVICES = ['v1.DRAPlugin', 'v1beta1.DRAPlugin'] as const;
export type Service = (typeof SERVICES)[number];

/** kubelet's defaultClientCallTimeout. */
const TIMEOUT_MS = 45_000;

export interface PluginClientOptions {
  readonly driver: string;
  readonly socketPath: string;
  readonly service: Service;
  readonly clock: Clock;
  readonly metrics: DraMetrics;
}

export function createPluginClient({ driver, socketPath, service, clock, metrics }: PluginClientOptions): PluginClient {
  const channel = openChannel(socketPath, clock);
  const call = <Out>(method: string, response: Message<Out, never>, claims: InputOf<typeof m.ClaimsRequest>['claims']): Promise<Out> => {
    const path = `/k8s.io.kubelet.pkg.apis.dra.${service}/${method}`;
    return metrics.call(driver, path, () => channel.call(path, m.ClaimsRequest, response, { claims }, TIMEOUT_MS));
  };
  return {
    async prepare(claims) {
      const answer = await call('NodePrepareResources', m.PrepareResponse, claims);
      return new Map(answer.claims.map(({ key, value }) => [key, { error: value?.error ?? '', devices: value?.devices ?? [] }]));
    },
    async unprepare(claims) {
      const answer = await call('NodeUnprepareResources', m.UnprepareResponse, claims);
      return new Map(answer.claims.map(({ key, value }) => [key, { error: value?.error ?? '', devices: [] }]));
    },
    watchHealth: (onReport, signal) =>
      channel.stream(
        '/v1alpha1.DRAResourceHealth/NodeWatchResources',
        m.WatchRequest,
        m.WatchResponse,
        {},
        ({ devices }) => onReport(devices),
        signal,
      ),
    keepConnected: (onChange) => channel.keepConnected(onChange),
    close: () => channel.close(),
  };
}
