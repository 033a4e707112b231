import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { VolumeMount } from '../../api/pod/container/container.ts';
import type { RuntimeFeatures } from '../contract/node-abilities.ts';
import type { Sandbox } from '../contract/runtime.ts';

/**
 * Tells whether the handler of a pod's RuntimeClass can make a mount read-only with all mounts below it. Before there is a sandbox, the handler
 * of a class is not known.
 */
export function supportsRecursiveReadOnly({ spec }: Pod, sandbox: Sandbox | undefined, features: RuntimeFeatures): boolean {
  const { handlers, recursiveReadOnlyMounts } = features;
  if (!handlers) return recursiveReadOnlyMounts;
  const handler = sandbox ? (sandbox.handler ?? '') : spec?.runtimeClassName ? undefined : '';
  return handlers.find(({ name }) => name === handler)?.recursiveReadOnlyMounts ?? false;
}

/**
 * Whether a mount is made read-only with all mounts below it. `supported`: whether the handler of the pod can do so.
 * @throws Error if it must be and cannot, in the words of kubelet
 */
export function isRecursivelyReadOnly(mount: VolumeMount, supported: boolean): boolean {
  const { name, recursiveReadOnly, readOnly, mountPropagation = 'None' } = mount;
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return false;
  const requested = `volume ${JSON.stringify(name)} requested recursive read-only mode, but it is`;
  const fault = !readOnly
    ? 'not read-only'
    : mountPropagation !== 'None'
      ? `not compatible with propagation ${JSON.stringify(mountPropagation)}`
      : recursiveReadOnly === 'Enabled' && !supported
        ? 'not supported by the runtime'
        : undefined;
  if (fault !== undefined) throw new Error(`failed to resolve recursive read-only mode: ${requested} ${fault}`);
  return supported;
}
