import { createHash } from 'node:crypto';
import { codecOf } from '../../../api/definition/codec.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { objectReferenceOf } from '../../../api/pod/spec/object-references.ts';
import { timeText } from '../../../base/clock.ts';
import { decodeYaml } from '../../../base/yaml/decode.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';

/**
 * Reads the manifest of a static pod: defaulted, bound to the node, with a UID that follows from its content.
 * @throws Error if the text is no pod, or the pod refers to objects of the API, without which it must run
 */
export async function parseManifest(text: string, path: string, nodeName: string, now: number): Promise<Live<Pod>> {
  const codec = codecOf(pods);
  const decoded = codec.decode(decodeYaml(text).value);
  if (!decoded.ok) throw new Error(`${path}: ${decoded.message}`);
  const pod = decoded.object;
  codec.applyDefaults(pod);
  pods.strategy.default?.(pod);
  if (pod.kind !== 'Pod' || !pod.spec) throw new Error(`${path} holds no Pod`);
  const referenced = objectReferenceOf(pod.spec);
  if (referenced !== undefined) throw new Error(`${path}: static pods may not reference ${referenced}`);
  const hash = createHash('sha256')
    .update(JSON.stringify([nodeName, path, pod]))
    .digest('hex');
  const uid = pod.metadata?.uid ?? [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
  const created = timeText(now);
  return {
    ...pod,
    apiVersion: 'v1',
    metadata: {
      ...pod.metadata,
      name: `${pod.metadata?.name ?? ''}-${nodeName}`,
      namespace: pod.metadata?.namespace ?? 'default',
      uid,
      resourceVersion: '',
      creationTimestamp: created,
      annotations: {
        ...pod.metadata?.annotations,
        [ANNOTATION.configHash]: uid,
        [ANNOTATION.configSource]: 'file',
        [ANNOTATION.configSeen]: created,
      },
    },
    spec: { ...pod.spec, nodeName, tolerations: [...(pod.spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }] },
  };
}
