import { rm } from 'node:fs/promises';
import type { InputOf } from '../../base/protobuf/message.ts';
import type { PluginFault } from '../plugin/plugin-server.fixture.ts';
import { method, registrationMethods, servePlugin, streamMethod } from '../plugin/plugin-server.fixture.ts';
import * as m from './messages.ts';
import type { ClaimReference, Service } from './plugin-client.ts';

export interface DraDriverOptions {
  readonly name: string;
  readonly socket: string;
  readonly registrationSocket: string;
  /** Default: both that kubelet speaks. */
  readonly services?: readonly string[];
  /** Prepares one claim. Default: a device of its own for each, `POOL/CLAIM`, whose CDI name is `example.com/device=CLAIM`. */
  readonly prepare?: (claim: ClaimReference) => Promise<Prepared> | Prepared;
  readonly unprepare?: (claim: ClaimReference) => Promise<void> | void;
  /** Whether a claim has no entry in the answer. Default: none. */
  readonly skips?: (claim: ClaimReference) => boolean;
  /** Default: true. */
  readonly tellsHealth?: boolean;
}

type Response = NonNullable<InputOf<typeof m.PrepareResponse>['claims']>[number]['value'];
/** The devices of one claim, or why there are none. */
export type Prepared = NonNullable<Response>;
export type Health = NonNullable<InputOf<typeof m.WatchResponse>['devices']>;

/** A DRA driver that prepares nothing but names, and its registration with the agent. */
export interface DraDriverProcess {
  /** The calls of claims so far: `prepare a,b`. */
  readonly calls: readonly string[];
  /** The answers that the agent gave to the registration. */
  readonly registrations: readonly { readonly plugin_registered: boolean; readonly error: string }[];
  /** Makes the calls of a method fail until it is called with undefined. */
  fail(method: string, fault: PluginFault | undefined): void;
  /** Sends the health of devices to whoever follows it, now and later. */
  report(devices: Health): void;
  /** Ends the driver as a process that dies. Its sockets stay if `keepSockets`. */
  stop(keepSockets?: boolean): Promise<void>;
}

export const POOL = 'pool';

/** Starts a driver that listens. */
export async function startDraDriver(options: DraDriverOptions): Promise<DraDriverProcess> {
  const { name, socket, registrationSocket, services = ['v1.DRAPlugin', 'v1beta1.DRAPlugin'], prepare = aDevice, tellsHealth = true } = options;
  const calls: string[] = [];
  const registrations: { plugin_registered: boolean; error: string }[] = [];
  const faults = new Map<string, PluginFault>();
  const followers = new Set<(message: { devices: Health }) => void>();
  let health: Health = [];

  const recorded = (verb: string, claims: readonly ClaimReference[]) => calls.push(`${verb} ${claims.map((claim) => claim.name).join()}`);
  const serviceMethods = (service: string) => [
    method(`/k8s.io.kubelet.pkg.apis.dra.${service}/NodePrepareResources`, m.ClaimsRequest, m.PrepareResponse, async ({ claims }) => {
      recorded('prepare', claims);
      const answered = claims.filter((claim) => !options.skips?.(claim));
      return { claims: await Promise.all(answered.map(async (claim) => ({ key: claim.uid, value: await prepare(claim) }))) };
    }),
    method(`/k8s.io.kubelet.pkg.apis.dra.${service}/NodeUnprepareResources`, m.ClaimsRequest, m.UnprepareResponse, async ({ claims }) => {
      recorded('unprepare', claims);
      for (const claim of claims) await options.unprepare?.(claim);
      return { claims: claims.map(({ uid }) => ({ key: uid, value: {} })) };
    }),
  ];
  const healthMethod = streamMethod('/v1alpha1.DRAResourceHealth/NodeWatchResources', m.WatchRequest, m.WatchResponse, (send, ended) => {
    followers.add(send);
    ended.addEventListener('abort', () => followers.delete(send));
    if (health.length > 0) send({ devices: health });
  });
  const onCall = (called: string) => {
    const fault = faults.get(called);
    if (fault) throw fault;
  };
  const methods = [...services.filter(isKnown).slice(0, 1).flatMap(serviceMethods), ...(tellsHealth ? [healthMethod] : [])];
  const info = { type: 'DRAPlugin', name, endpoint: socket, supported_versions: services };
  const servers = [
    await servePlugin(socket, methods, onCall),
    await servePlugin(
      registrationSocket,
      registrationMethods(info, (answer) => registrations.push(answer)),
    ),
  ];
  return {
    calls,
    registrations,
    fail(method_, fault) {
      if (fault) faults.set(method_, fault);
      else faults.delete(method_);
    },
    report(devices) {
      health = devices;
      for (const send of followers) send({ devices });
    },
    async stop(keepSockets = false) {
      for (const server of servers) server.forceShutdown();
      if (!keepSockets) await Promise.all([socket, registrationSocket].map((path) => rm(path, { force: true })));
    },
  };
}

const isKnown = (service: string): service is Service => /^v1(beta1)?\.DRAPlugin$/.test(service);

const aDevice = ({ name }: ClaimReference): Prepared => ({
  devices: [{ pool_name: POOL, device_name: name, cdi_device_ids: [`example.com/device=${name}`] }],
});
