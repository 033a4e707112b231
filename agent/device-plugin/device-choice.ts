export interface DeviceWish {
  readonly resource: string;
  readonly size: number;
  /** Devices of the pod's earlier init containers, which are over by then. */
  readonly reusable: readonly string[];
  readonly healthy: readonly string[];
  readonly inUse: ReadonlySet<string>;
  /** Returns the devices that the plugin would choose; none if it has no opinion. */
  readonly prefer: (available: readonly string[], mustInclude: readonly string[]) => Promise<readonly string[]>;
}

/**
 * Chooses devices: those that can be used again, then those that the plugin prefers, then the first ones by name. There is no topology manager:
 * NUMA nodes do not count. @throws Error in kubelet's words if there are not enough
 */
export async function chooseDevices({ resource, size, reusable, healthy, inUse, prefer }: DeviceWish): Promise<readonly string[]> {
  const reused = reusable.slice(0, size);
  const needed = size - reused.length;
  if (needed === 0) return reused;
  const taken = new Set(reused);
  const available = healthy.filter((id) => !inUse.has(id) && !taken.has(id));
  if (available.length < needed) {
    throw new Error(`requested number of devices unavailable for ${resource}. Requested: ${needed}, Available: ${available.length}`);
  }
  const preferred = new Set(await prefer([...available, ...reused].sort(), reused));
  const inOrder = [...available.filter((id) => preferred.has(id)), ...available.filter((id) => !preferred.has(id))];
  return [...reused, ...inOrder.slice(0, needed)].sort();
}
