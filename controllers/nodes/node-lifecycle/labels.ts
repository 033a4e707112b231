import type { Node } from '../../../api/kinds/core/node/index.ts';

/** Labels, and the former names by which old manifests select nodes. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  'kubernetes.io/os': 'beta.kubernetes.io/os',
  'kubernetes.io/arch': 'beta.kubernetes.io/arch',
};

/**
 * Returns the labels that a node lacks under their former names, or has there with another value; undefined if nothing changes.
 */
export function planOldLabels(node: Node): Record<string, string> | undefined {
  const labels = node.metadata?.labels ?? {};
  const missing = Object.entries(OLD_NAMES).flatMap(([name, oldName]) => {
    const value = labels[name];
    return value === undefined || value === labels[oldName] ? [] : [[oldName, value] as const];
  });
  return missing.length === 0 ? undefined : Object.fromEntries(missing);
}
