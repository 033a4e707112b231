import type { GenerationRule } from '../../api/definition/strategy.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { equalJson } from '../../base/json.ts';
import type { Differences } from './shared-parts.ts';

const NO_CONTENT = new Set(['metadata', 'status', 'kind', 'apiVersion']);

/** Whether the difference between two states of an object raises metadata.generation. */
export function raisesGeneration(rule: GenerationRule | undefined, next: KubeObject, old: KubeObject, differences?: Differences): boolean {
  if (rule === undefined || rule === 'nothing') return false;
  if (differences) return raises(rule, differences);
  if (changesContent(next, old)) return true;
  switch (rule) {
    case 'content':
      return false;
    case 'content and annotations':
      return !equalJson(next.metadata?.annotations ?? {}, old.metadata?.annotations ?? {});
    case 'content and labels':
      return !equalJson(next.metadata?.labels ?? {}, old.metadata?.labels ?? {});
    case 'content and status':
      return !equalJson((next as WithStatus).status, (old as WithStatus).status);
  }
}

function raises(rule: GenerationRule, differences: Differences): boolean {
  for (const name of differences) if (!NO_CONTENT.has(name) && !name.startsWith('metadata.')) return true;
  switch (rule) {
    case 'content and annotations':
      return differences.has('metadata.annotations');
    case 'content and labels':
      return differences.has('metadata.labels');
    case 'content and status':
      return differences.has('status');
    default:
      return false;
  }
}

interface WithStatus extends KubeObject {
  status?: unknown;
}

function changesContent(next: KubeObject, old: KubeObject): boolean {
  const a = next as Record<string, unknown>;
  const b = old as Record<string, unknown>;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (!NO_CONTENT.has(key) && !equalJson(a[key], b[key])) return true;
  }
  return false;
}
