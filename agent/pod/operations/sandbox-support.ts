import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { RuntimeFeatures } from '../../contract/node-abilities.ts';

/**
 * Checks that the node can make the pod's sandbox as it is asked for.
 * @param handler of the runtime; undefined for its default
 * @throws Error in the words of kubelet
 */
export function checkSandboxSupport({ spec }: Pod, handler: string | undefined, { userNamespaces }: RuntimeFeatures): void {
  if (spec?.hostUsers !== false || userNamespaces) return;
  const what = handler ? `RuntimeClass handler ${JSON.stringify(handler)}` : 'runtime';
  throw new Error(`can't set \`spec.hostUsers: false\`, ${what} does not support user namespaces`);
}
