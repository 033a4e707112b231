import type { GenerationRule } from '../../api/definition/strategy.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { equalJson } from '../../base/json.ts';
import type { Differences } from './shared-parts.ts';

const NO_CONTENT = new Set(['metadata', 'status', 'kind', 'apiVersion']);
const IN_METADATA = 'metadata.';

/** The field beside the content whose change raises the generation too. */
const MORE: Readonly<Partial<Record<GenerationRule, string>>> = {
  'content and annotations': 'metadata.annotations',
  'content and labels': 'metadata.labels',
  'content and status': 'status',
};

const isContent = (field: string): boolean => !NO_CONTENT.has(field) && !field.startsWith(IN_METADATA);

/** Returns a field, or one within the metadata, where an absent map is an empty one. */
function fieldOf(object: KubeObject, field: string): unknown {
  if (!field.startsWith(IN_METADATA)) return (object as Readonly<Record<string, unknown>>)[field];
  return (object.metadata as Readonly<Record<string, unknown>> | undefined)?.[field.slice(IN_METADATA.length)] ?? {};
}

/** Whether the difference between two states of an object raises metadata.generation. `differences` are those of the two, if they are known. */
export function raisesGeneration(rule: GenerationRule | undefined, next: KubeObject, old: KubeObject, differences?: Differences): boolean {
  if (rule === undefined || rule === 'nothing') return false;
  const differs = (field: string) => differences?.has(field) ?? !equalJson(fieldOf(next, field), fieldOf(old, field));
  for (const field of differences ?? new Set([...Object.keys(next), ...Object.keys(old)])) if (isContent(field) && differs(field)) return true;
  const more = MORE[rule];
  return more !== undefined && differs(more);
}
