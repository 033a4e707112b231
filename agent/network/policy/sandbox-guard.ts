import type { ContainerRuntime } from '../../contract/runtime.ts';
import { RuntimeError } from '../../contract/runtime.ts';
import type { SandboxConfig } from '../../contract/runtime-config.ts';
import { NAMESPACE } from '../../contract/runtime-config.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';
import type { StartedSandbox } from './local-pods.ts';
import { ipv4Of } from './policy-pod.ts';

export interface GuardOptions {
  /** Whether the cluster has policies, as far as the node knows: without any, a container costs nothing more. */
  readonly policies: () => 'unknown' | 'none' | 'some';
  /** Resolves once the policies that select the pod are in force. Rejects if that takes too long. */
  readonly protect: (sandbox: StartedSandbox) => Promise<void>;
}

/**
 * Returns the same runtime, in which a pod's containers are created once the network policies that select the pod are in force: "before it is
 * started", as NetworkPolicy promises. The wait begins with the sandbox and is short against the pull of an image. It is renewed with the next try
 * of a container if it failed, and for a sandbox that an earlier agent has made. Static pods run without an API server, and so before the
 * policies are known.
 */
export function guardedRuntime(runtime: ContainerRuntime, { policies, protect }: GuardOptions): ContainerRuntime {
  /** By the id of a sandbox. */
  const waits = new Map<string, Promise<void>>();

  const start = async (id: string, { metadata, labels }: SandboxConfig): Promise<void> => {
    const address = (await runtime.sandbox(id))?.ips.find((ip) => ipv4Of(ip) !== undefined);
    if (address === undefined) return;
    const { namespace = '', name = '', uid = '' } = metadata ?? {};
    await protect({ namespace, name, uid, labels: labels ?? {}, address });
  };
  const waitFor = (id: string, config: SandboxConfig): Promise<void> => {
    const known = policies();
    const isFree =
      known === 'none' ||
      (known === 'unknown' && config.annotations?.[ANNOTATION.configSource] === 'file') ||
      config.linux?.security_context?.namespace_options?.network === NAMESPACE.NODE;
    if (isFree) return Promise.resolve();
    let wait = waits.get(id);
    if (!wait) {
      wait = start(id, config).catch((error: unknown) => {
        waits.delete(id);
        throw new RuntimeError('Unavailable', `network policies are not in force yet: ${error instanceof Error ? error.message : error}`);
      });
      waits.set(id, wait);
    }
    return wait;
  };
  const forget = <R>(id: string, gone: Promise<R>): Promise<R> => {
    waits.delete(id);
    return gone;
  };

  return {
    ...runtime,
    async runSandbox(config, handler) {
      const id = await runtime.runSandbox(config, handler);
      // The container that is created next waits for it, and tells of a failure.
      waitFor(id, config).catch(() => {});
      return id;
    },
    async createContainer(id, config, sandboxConfig) {
      await waitFor(id, sandboxConfig);
      return runtime.createContainer(id, config, sandboxConfig);
    },
    stopSandbox: (id) => forget(id, runtime.stopSandbox(id)),
    removeSandbox: (id) => forget(id, runtime.removeSandbox(id)),
  };
}
