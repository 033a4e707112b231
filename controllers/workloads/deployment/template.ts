import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';

/** The label that tells the pods of one template from those of another. */
export const HASH_LABEL = 'pod-template-hash';

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  if (template?.metadata?.labels?.[HASH_LABEL] === undefined) return template;
  const { [HASH_LABEL]: _, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Whether two templates make the same pods: the hash label aside. */
export const sameTemplate = (a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean =>
  semanticallyEqual(withoutHash(a), withoutHash(b));

/** JSON with sorted keys and without empty values: equal templates have equal texts, however they were written. */
function canonicalText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? undefined : `[${value.map((item) => canonicalText(item) ?? 'null').join(',')}]`;
  const fields = Object.entries(value)
    .map(([key, field]) => [key, canonicalText(field)] as const)
    .filter(([, text]) => text !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.length === 0 ? undefined : `{${fields.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

/** FNV-1a over UTF-16 code units, 32 bits. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** No vowels and no look-alikes: no word comes out by accident (k8s.io/apimachinery/pkg/util/rand). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The value of the hash label: stable for a template, and another one for each `collisionCount`.
 * Clients may rely on its alphabet, not on its value: upstream's differs from release to release as well.
 */
export function templateHash(template: PodTemplateSpec | undefined, collisionCount: number | undefined): string {
  const text = `${canonicalText(withoutHash(template)) ?? ''}${collisionCount === undefined ? '' : `#${collisionCount}`}`;
  return [...String(fnv(text))].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}
