import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { RuntimeFeatures } from '../../contract/node-abilities.ts';

/** The pod claims devices that no driver on the node prepares. Its event has a reason of its own. */
export class DynamicResourcesError extends Error {
  override readonly name = 'DynamicResourcesError';
}

/**
 * Checks that the node can make the pod's sandbox as it is asked for. The sandbox is tried again: a driver may come.
 * @param handler of the runtime; undefined for its default
 * @throws Error in the words of kubelet
 */
export function checkSandboxSupport({ spec }: Pod, handler: string | undefined, { userNamespaces }: RuntimeFeatures): void {
  const claim = spec?.resourceClaims?.[0];
  if (claim)
    throw new DynamicResourcesError(
      `prepare dynamic resources: resource claim ${JSON.stringify(claim.name)}: no DRA driver is registered on the node`,
    );
  if (spec?.hostUsers !== false || userNamespaces) return;
  const what = handler ? `RuntimeClass handler ${JSON.stringify(handler)}` : 'runtime';
  throw new Error(`can't set \`spec.hostUsers: false\`, ${what} does not support user namespaces`);
}
