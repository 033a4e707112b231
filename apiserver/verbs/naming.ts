import { randomInt } from 'node:crypto';

/** Upstream's alphabet of generated names: no vowels, nothing that looks like another (k8s.io/apimachinery/pkg/util/rand). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX = 5;
const MAX_BASE = 63 - SUFFIX;

/** A name made from a prefix (`generateName`): cut so that the result fits a label. */
export function generatedName(prefix: string): string {
  let name = prefix.slice(0, MAX_BASE);
  for (let i = 0; i < SUFFIX; i++) name += ALPHABET[randomInt(ALPHABET.length)];
  return name;
}
