import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';

/** Upstream's alphabet of generated names: no vowels, nothing that looks like another (k8s.io/apimachinery/pkg/util/rand). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX = 5;
const MAX_BASE = 63 - SUFFIX;

/** Makes a name from a prefix (`generateName`), which is cut so that the result fits a label. */
export function generatedName(prefix: string, random: Random = systemRandom): string {
  let name = prefix.slice(0, MAX_BASE);
  for (let i = 0; i < SUFFIX; i++) name += ALPHABET[Math.floor(random() * ALPHABET.length)];
  return name;
}
