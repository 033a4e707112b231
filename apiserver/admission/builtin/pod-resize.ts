import { isKind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { podRequests } from '../../../api/kinds/core/pod/resources.ts';
import { milliValueOfQuantity, valueOfQuantity } from '../../../api/schema/quantity.ts';
import { equalJson } from '../../../base/json.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { forbidden } from '../admitted.ts';
import { nodeOfPod } from './node-of-pod.ts';

const OS = 'kubernetes.io/os';

/** Refuses resizes that a pod's node can never grant. Texts and causes are those of plugin/pkg/admission/podresize. */
export const podResizeValidator = (objects: StorageAccess): AdmissionPlugin => ({
  name: 'PodResizeValidator',
  handles: (kind, subresource, verb) => verb === 'update' && isKind(kind, pods) && subresource === 'resize',
  validate(attributes) {
    const pod = attributes.object as Pod;
    const { spec } = pod;
    if (!spec?.nodeName || equalJson(spec, (attributes.old as Pod).spec)) return;
    const node = nodeOfPod(objects, attributes, spec.nodeName);
    const os = node.metadata.labels?.[OS] ?? 'linux';
    if (os !== 'linux') {
      const why = `pod resize is only supported on linux nodes, node ${JSON.stringify(spec.nodeName)} is ${JSON.stringify(os)}`;
      throw forbidden(attributes, why, [{ reason: 'UnsupportedPlatform' }]);
    }
    const excess = excessOf({ spec }, node);
    if (excess.length === 0) return;
    throw forbidden(attributes, `node didn't have enough allocatable resources: ${excess.join('; ')}`, [{ reason: 'NodeCapacity' }]);
  },
});

/** Returns what the pod asks for beyond all that the node has. */
function excessOf(pod: Pod, { status }: Node): string[] {
  const requests = podRequests(pod, new Set(['cpu', 'memory']));
  const amounts = [
    { name: 'cpu', amountOf: milliValueOfQuantity },
    { name: 'memory', amountOf: valueOfQuantity },
  ] as const;
  return amounts.flatMap(({ name, amountOf }) => {
    const [requested, allocatable] = [requests, status?.allocatable ?? {}].map((amounts) => amountOf(amounts[name] ?? '0')) as [number, number];
    return requested > allocatable ? [`${name}, requested: ${requested}, allocatable: ${allocatable}`] : [];
  });
}
