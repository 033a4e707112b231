import type { Score } from './plugin.ts';
import { MAX_SCORE } from './plugin.ts';

const MEGABYTE = 1024 * 1024;
const MIN_BYTES = 23 * MEGABYTE;
const MAX_BYTES_PER_CONTAINER = 1000 * MEGABYTE;

/** The image's name with a tag, as nodes report it. */
export function imageName(image: string): string {
  const afterSlash = image.slice(image.lastIndexOf('/') + 1);
  return afterSlash.includes(':') || afterSlash.includes('@') ? image : `${image}:latest`;
}

/** Prefers nodes that have the images already. An image on few nodes counts less, so that not all pods go there. */
export const imageLocalityScore: Score = {
  name: 'ImageLocality',
  prepare({ pod }, cluster) {
    const total = cluster.nodes().length;
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const volumes = (pod.spec?.volumes ?? []).flatMap(({ image }) => (image ? [image.reference] : []));
    const images = [...containers.map(({ image }) => image), ...volumes].flatMap((image) => {
      const name = imageName(image ?? '');
      const spread = cluster.imageSpread(name) / total;
      return spread > 0 ? [{ name, spread }] : [];
    });
    if (images.length === 0) return undefined;
    const max = MAX_BYTES_PER_CONTAINER * containers.length;
    return (node) => {
      const sum = images.reduce((bytes, { name, spread }) => bytes + Math.trunc((node.images.get(name) ?? 0) * spread), 0);
      return Math.trunc((MAX_SCORE * (Math.min(max, Math.max(MIN_BYTES, sum)) - MIN_BYTES)) / (max - MIN_BYTES));
    };
  },
};
