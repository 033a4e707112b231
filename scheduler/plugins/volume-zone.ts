import type { Volume } from '../state/volume-view.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter } from './plugin.ts';
import { reject } from './plugin.ts';
import { claimsOf } from './pod-volumes.ts';
import { uses } from './volume-binding.ts';

const STABLE: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
]);
const KEYS = [...STABLE.keys(), ...STABLE.values()];
const ELSEWHERE = reject('node(s) had no available volume zone', false);

interface Place {
  readonly key: string;
  readonly values: readonly string[];
}

/** The places that a volume's labels name. Several zones of one volume stand in one label. */
const placesOf = ({ metadata }: Volume): readonly Place[] =>
  KEYS.flatMap((key) => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [{ key, values: value.split('__') }];
  });

/** Keeps a pod off nodes of other zones and regions than those that the labels of its volumes name. A node that names none may have any. */
export const volumeZone: Filter = {
  name: 'VolumeZone',
  prepare({ pod, claims }, { volumes }) {
    if (claims.length === 0 || !volumes) return undefined;
    const found = claimsOf(pod, volumes);
    if (found === undefined || typeof found === 'string') return undefined;
    const places = found.bound.flatMap((claim) => {
      const volume = volumes.volume(claim.spec?.volumeName ?? '');
      return volume ? placesOf(volume) : [];
    });
    if (places.length === 0) return undefined;
    return ({ labels }) => {
      if (!KEYS.some((key) => labels[key] !== undefined)) return undefined;
      const isThere = ({ key, values }: Place) => values.includes(labels[key] ?? labels[STABLE.get(key) ?? ''] ?? '');
      return places.every(isThere) ? undefined : ELSEWHERE;
    };
  },
  events: [
    'NodeAdd',
    'NodeUpdate',
    'PersistentVolumeClaimAdd',
    'PersistentVolumeClaimUpdate',
    'PersistentVolumeAdd',
    'PersistentVolumeUpdate',
    'StorageClassAdd',
  ],
  hint(event, pod) {
    if (event.name === 'PersistentVolumeClaimAdd' || event.name === 'PersistentVolumeClaimUpdate') return uses(pod, event.claim);
    return !('node' in event) || nodeChange(event, 'labels') !== undefined;
  },
};
