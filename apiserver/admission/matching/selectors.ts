import { isKind } from '../../../api/definition/kind.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import { errors } from '../../../api/meta/status-error.ts';
import type { Labels, Selector } from '../../../api/selector/selector.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';

/** Returns the namespace of a request as admission's clients are told it: that of a Namespace is its own. Empty for objects of the cluster. */
export function namespaceOf({ kind, key, object }: AdmissionAttributes): string {
  return isKind(kind, namespaces) ? key.name || (object?.metadata?.name ?? '') : key.namespace;
}

/**
 * Whether the namespace of a request is selected. Objects of the cluster always are; a Namespace that is written counts with its new labels.
 * @throws StatusError NotFound if there is no such namespace.
 */
export function matchesNamespace(selector: Selector, attributes: AdmissionAttributes, objects: StorageAccess): boolean | Promise<boolean> {
  if (selector.requirements.length === 0 && selector.matchesAnything) return true;
  const { kind, subresource, object } = attributes;
  const isNamespace = isKind(kind, namespaces);
  const name = namespaceOf(attributes);
  if (name === '' && !isNamespace) return true;
  if (isNamespace && subresource === '' && object) return selector.matches(object.metadata?.labels);
  const labels = labelsOf(name, objects);
  return labels instanceof Promise ? labels.then((found) => selector.matches(found)) : selector.matches(labels);
}

function labelsOf(name: string, objects: StorageAccess): Labels | undefined | Promise<Labels | undefined> {
  const key = { namespace: '', name };
  const known = objects.get(namespaces, key);
  if (known) return known.metadata.labels;
  // Another server may have made it just now.
  const fresh = objects.fresh(namespaces);
  const found = () => {
    const namespace = objects.get(namespaces, key);
    if (!namespace) throw errors.notFound(namespaces, name);
    return namespace.metadata.labels;
  };
  return fresh ? fresh.then(found) : found();
}

/** Whether the object is selected by its labels, as it will be or as it was. */
export function matchesObject(selector: Selector, { object, old }: AdmissionAttributes): boolean {
  if (selector.requirements.length === 0 && selector.matchesAnything) return true;
  return (object !== undefined && selector.matches(object.metadata?.labels)) || (old !== undefined && selector.matches(old.metadata.labels));
}
