import { pods } from '../../../api/kinds/core/pod/index.ts';
import { errors } from '../../../api/meta/status-error.ts';
import { admitted, handlesOnly } from '../admitted.ts';
import type { OptionalPlugin } from './optional-plugin.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/**
 * Refuses pods that must not share anything wider than a node with others: one such pod keeps those others off a whole zone
 * (plugin/pkg/admission/antiaffinity).
 */
export const limitPodHardAntiAffinityTopology: OptionalPlugin = () => ({
  name: 'LimitPodHardAntiAffinityTopology',
  handles: handlesOnly(pods, 'create', 'update'),
  validate(attributes) {
    const pod = admitted(pods, attributes)?.object;
    const terms = pod?.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const other = terms?.find(({ topologyKey }) => topologyKey !== HOSTNAME);
    if (!other) return;
    const why = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${other.topologyKey} but only key ${HOSTNAME} is allowed`;
    throw errors.forbidden(pods, pod?.metadata?.name ?? '', why);
  },
});
