import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import { markAs } from '../../base/json/long-values.ts';
import type { Form } from '../contract/form.ts';

/** Returns the apiVersion of Tables and metadata in this form. */
export const metaVersion = ({ version = 'v1' }: Form): string => `meta.k8s.io/${version}`;

/** An object's metadata alone, as metav1.PartialObjectMetadata. */
export const partialOf = ({ metadata }: KubeObject, form: Form): KubeObject =>
  markAs({ kind: 'PartialObjectMetadata', apiVersion: metaVersion(form), metadata }, metadata);

/** Returns the Go type that upstream handles objects of a kind as, which its errors name: `*core.ConfigMap`. `stored` is the stored form. */
function goTypeOf(stored: KindDefinition, isList: boolean): string {
  if (stored.structural) return `*unstructured.Unstructured${isList ? 'List' : ''}`;
  return `*${stored.group.split('.', 1)[0] || 'core'}.${stored.kind}${isList ? 'List' : ''}`;
}

/** @throws StatusError 406 if the metadata of an object is asked for and the answer is a list, or the other way round. */
export function requireMetadataOf(what: 'object' | 'list', { as, ofList = false }: Form, stored: KindDefinition): void {
  if (as !== 'partial' || ofList === (what === 'list')) return;
  const why =
    what === 'list'
      ? 'PartialObjectMetadata, but the requested object is a list'
      : 'PartialObjectMetadataList, but the requested object is not a list';
  throw new StatusError('NotAcceptable', `you requested ${why} (${goTypeOf(stored, what === 'list')})`);
}
