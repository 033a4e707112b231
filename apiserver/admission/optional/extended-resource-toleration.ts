import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Toleration } from '../../../api/pod/placement/affinity.ts';
import { isExtendedResource } from '../../../api/pod/resources/resource-names.ts';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import { admitted, handlesOnly } from '../admitted.ts';
import type { OptionalPlugin } from './optional-plugin.ts';

function extendedResourcesOf({ containers, initContainers = [] }: PodSpec): string[] {
  const names = [...containers, ...initContainers].flatMap(({ resources }) => Object.keys(resources?.requests ?? {}));
  return [...new Set(names)].filter(isExtendedResource).sort();
}

const isSame = (a: Toleration, b: Toleration): boolean =>
  (['key', 'operator', 'value', 'effect'] as const).every((field) => (a[field] ?? '') === (b[field] ?? ''));

/**
 * Lets pods that request extended resources onto nodes that are tainted with the names of these resources
 * (plugin/pkg/admission/extendedresourcetoleration).
 */
export const extendedResourceToleration: OptionalPlugin = () => ({
  name: 'ExtendedResourceToleration',
  handles: handlesOnly(pods, 'create', 'update'),
  admit(attributes) {
    const spec = admitted(pods, attributes)?.object.spec;
    if (!spec) return;
    for (const key of extendedResourcesOf(spec)) {
      const toleration = { key, operator: 'Exists', effect: 'NoSchedule' };
      const { tolerations = [] } = spec;
      const known = tolerations.some((one) => isSame(one, toleration));
      spec.tolerations = known ? tolerations.map((one) => (isSame(one, toleration) ? toleration : one)) : [...tolerations, toleration];
    }
  },
});
