import type { Node } from '../../../api/kinds/core/node/index.ts';

/** The labels by which old manifests select nodes, and what they repeat. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  'kubernetes.io/os': 'beta.kubernetes.io/os',
  'kubernetes.io/arch': 'beta.kubernetes.io/arch',
};

/**
 * The labels a node lacks under their old names, or has with another value than under the new ones.
 * @returns undefined where nothing changes
 */
export function planOldLabels(node: Node): Record<string, string> | undefined {
  const labels = node.metadata?.labels ?? {};
  const missing = Object.entries(OLD_NAMES).flatMap(([name, oldName]) => {
    const value = labels[name];
    return value === undefined || value === labels[oldName] ? [] : [[oldName, value] as const];
  });
  return missing.length === 0 ? undefined : Object.fromEntries(missing);
}
