import type { KubeObject } from '../../api/meta/object.ts';

/** An object's metadata alone, as metav1.PartialObjectMetadata. */
export const partialOf = (object: KubeObject): KubeObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata,
});
