/** No vowels and no look-alikes: no word comes out by accident (k8s.io/apimachinery/pkg/util/rand). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** FNV-1 over the bytes of UTF-8, 32 bits. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash, 0x01000193) ^ byte;
  return hash >>> 0;
}

/**
 * Returns the hash that tells a revision from others of its workload, as k8s.io/kubernetes/pkg/controller/history computes it.
 * @param text the revision's data, as Go encodes it
 * @param collisionCount gives the same data another hash; a missing one differs from 0
 */
export const revisionHash = (text: string, collisionCount: number | undefined): string =>
  [...String(fnv(`${text}${collisionCount ?? ''}`))].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
