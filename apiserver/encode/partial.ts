import type { KubeObject } from '../../api/meta/object.ts';
import type { Form } from '../contract/form.ts';

/** Returns the apiVersion of Tables and metadata in this form. */
export const metaVersion = ({ version = 'v1' }: Form): string => `meta.k8s.io/${version}`;

/** An object's metadata alone, as metav1.PartialObjectMetadata. */
export const partialOf = (object: KubeObject, form: Form): KubeObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: metaVersion(form),
  metadata: object.metadata,
});
