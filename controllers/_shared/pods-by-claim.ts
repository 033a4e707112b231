import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../api/meta/object.ts';
import { keyText } from '../../api/meta/object.ts';
import { claimNameOf } from '../../api/pod/volume/claim-name.ts';
import type { Informer } from '../../runtime/watch/informer.ts';

const BY_CLAIM = 'claim';
const NO_NAMES: readonly string[] = [];
const NO_KEYS: readonly ObjectKey[] = [];

/** Returns the names of the claims in a pod's namespace that its volumes refer to; those of ephemeral volumes too. */
export function claimNames({ metadata, spec }: Live<Pod>): readonly string[] {
  let names: string[] | undefined;
  for (const volume of spec?.volumes ?? []) {
    const claim = claimNameOf(metadata.name, volume);
    if (claim === undefined) continue;
    names ??= [];
    names.push(claim);
  }
  return names ?? NO_NAMES;
}

/** Returns the keys of the claims that a pod's volumes refer to. */
export function claimKeys(pod: Live<Pod>): readonly ObjectKey[] {
  const names = claimNames(pod);
  const { namespace = '' } = pod.metadata;
  return names.length === 0 ? NO_KEYS : names.map((name) => ({ namespace, name }));
}

/** Declares the index that `podsOfClaim` reads. */
export function indexByClaim(pods: Informer<Pod>): void {
  pods.addIndex(BY_CLAIM, (pod) => claimKeys(pod).map(keyText));
}

/** Returns the pods that refer to a claim, whether or not they run. */
export const podsOfClaim = (pods: Informer<Pod>, claim: ObjectKey): readonly Live<Pod>[] => pods.byIndex(BY_CLAIM, keyText(claim));
