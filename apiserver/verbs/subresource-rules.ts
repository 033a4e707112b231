import type { KindDefinition } from '../../api/definition/kind.ts';
import { prepareNamespaceFinalize, validateNamespaceFinalize } from '../../api/kinds/core/namespace.ts';
import {
  prepareEphemeralContainersUpdate,
  prepareResize,
  validateEphemeralContainersUpdate,
  validateResize,
} from '../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { FieldError } from '../../api/schema/field-error.ts';

/** What may be written through a subresource that is the whole object, and what is checked of it. */
export interface SubresourceRules<T extends KubeObject = KubeObject> {
  /** Keeps everything that the subresource is not about, in place. */
  readonly prepare: (object: T, old: Live<T>) => void;
  readonly validate: (object: T, old: Live<T>) => FieldError[];
}

const rules = <T extends KubeObject>(prepare: SubresourceRules<T>['prepare'], validate: SubresourceRules<T>['validate']) =>
  ({ prepare, validate }) as unknown as SubresourceRules;

const KNOWN: Readonly<Record<string, SubresourceRules>> = {
  'pods/ephemeralcontainers': rules(prepareEphemeralContainersUpdate, validateEphemeralContainersUpdate),
  'pods/resize': rules(prepareResize, validateResize),
  'namespaces/finalize': rules(prepareNamespaceFinalize, validateNamespaceFinalize),
};

/** The rules of a subresource of a kind; undefined for those that have none of their own. */
export const subresourceRules = (kind: KindDefinition, subresource: string): SubresourceRules | undefined =>
  kind.group === '' ? KNOWN[`${kind.plural}/${subresource}`] : undefined;
