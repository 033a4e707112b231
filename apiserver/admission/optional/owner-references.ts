import type { KindDefinition } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { OwnerReference } from '../../../api/meta/object-meta.ts';
import { semanticEqual } from '../../../base/equality.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
import type { AuthorizationAttributes, Decision } from '../../contract/authorizer.ts';
import { forbidden } from '../admitted.ts';
import type { OptionalPlugin } from './optional-plugin.ts';

/** Returns the references that keep their owner from going before the object, and did not before. */
function newBlockingReferences(now: readonly OwnerReference[], before: readonly OwnerReference[]): readonly OwnerReference[] {
  const blocking = new Map(before.map(({ uid, blockOwnerDeletion }) => [uid, blockOwnerDeletion === true]));
  return now.filter(({ uid, blockOwnerDeletion }) => blockOwnerDeletion && !blocking.get(uid));
}

/** Shows a decision as upstream does: its reason, and Go's word for its error. */
const decisionText = ({ reason = '', evaluationError = '<nil>' }: Decision): string => `${reason}, ${evaluationError}`;

const updateOf = ({ user }: AdmissionAttributes, rest: Pick<AuthorizationAttributes, 'group' | 'version' | 'resource' | 'namespace' | 'name'>) => ({
  user,
  verb: 'update',
  isResource: true,
  subresource: 'finalizers',
  path: '',
  ...rest,
});

/**
 * Lets those alone change the owners of an object who may delete it, and those alone make it block the deletion of an owner who may set that
 * owner's finalizers (plugin/pkg/admission/gc). Kinds that other API servers serve are not found.
 */
export const ownerReferencesPermissionEnforcement: OptionalPlugin = ({ authorizer, registry }) => {
  /** @throws StatusError Forbidden if the user may not delete the object. */
  async function checkDeletion(attributes: AdmissionAttributes): Promise<void> {
    const { user, kind, subresource, key } = attributes;
    const { group, version, plural: resource } = kind;
    const decision = await authorizer.authorize({
      user,
      verb: 'delete',
      isResource: true,
      group,
      version,
      resource,
      subresource,
      namespace: key.namespace,
      name: key.name,
      path: '',
    });
    if (decision.verdict === 'allow') return;
    throw forbidden(attributes, `cannot set an ownerRef on a resource you can't delete: ${decisionText(decision)}`);
  }

  /** @throws StatusError Forbidden if the user may not set the finalizers of the owner, in any of the resources that it may be one of. */
  async function checkOwner(attributes: AdmissionAttributes, { apiVersion, kind, name }: OwnerReference): Promise<void> {
    const resources = kindsOf(registry.kinds, apiVersion, kind);
    if (resources.length === 0) {
      const problem = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
      const what = `cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}`;
      throw forbidden(attributes, `cannot set blockOwnerDeletion in this case because ${what}: ${problem}`);
    }
    for (const { group, version, plural: resource, namespaced } of resources) {
      const namespace = namespaced ? attributes.key.namespace : '';
      const decision = await authorizer.authorize(updateOf(attributes, { group, version, resource, namespace, name }));
      if (decision.verdict === 'allow') continue;
      const why = "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on";
      throw forbidden(attributes, `${why}: ${decisionText(decision)}`);
    }
  }

  async function check(attributes: AdmissionAttributes, now: readonly OwnerReference[], before: readonly OwnerReference[]): Promise<void> {
    if (attributes.verb !== 'create') await checkDeletion(attributes);
    const blocking = newBlockingReferences(now, before);
    if (blocking.length === 0) return;
    const anything = updateOf(attributes, { group: '*', version: '*', resource: '*', namespace: '', name: '*' });
    if ((await authorizer.authorize(anything)).verdict === 'allow') return;
    for (const reference of blocking) await checkOwner(attributes, reference);
  }

  return {
    name: 'OwnerReferencesPermissionEnforcement',
    validatesStored: true,
    // The status of pods is excepted, as its updates leave the owners as they are.
    handles: (kind, subresource, verb) => (verb === 'create' || verb === 'update') && !(isKind(kind, pods) && subresource === 'status'),
    validate(attributes) {
      const [now, before] = [attributes.object, attributes.old].map((object) => object?.metadata?.ownerReferences ?? []);
      if (now && before && !semanticEqual(now, before)) return check(attributes, now, before);
    },
  };
};

const kindsOf = (kinds: readonly KindDefinition[], apiVersion: string, kind: string): readonly KindDefinition[] => {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return kinds.filter((one) => one.kind === kind && one.group === group && one.version === version);
};
