import type { ContainerImage } from '../../api/kinds/core/node/index.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';

/** As kubelet's nodeStatusMaxImages. */
const MAX_IMAGES = 50;

/** The largest images of the node, as its status lists them. Empty if the runtime does not answer. */
export async function nodeImages(runtime: Pick<ContainerRuntime, 'images'>): Promise<readonly ContainerImage[]> {
  const images = await runtime.images().catch(() => []);
  return [...images]
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, MAX_IMAGES)
    .map(({ digests, tags, sizeBytes }) => ({ names: [...digests, ...tags], sizeBytes }));
}
