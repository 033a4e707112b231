import type { VolumeMount } from '../../api/pod/container/container.ts';

/**
 * Whether a mount is made read-only with all mounts below it. `supported`: whether the runtime can do so.
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
