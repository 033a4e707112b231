import { dynamicValue, structureValue } from '../../../../api/cel/json-values.ts';
import { authorizerValue, requestResourceValue } from '../../../../api/cel/library/authorizer.ts';
import type { KindDefinition } from '../../../../api/definition/kind.ts';
import type { Namespace } from '../../../../api/kinds/core/namespace.ts';
import type { Live } from '../../../../api/meta/object.ts';
import type { Variables } from '../../../../base/cel/program.ts';
import type { Value } from '../../../../base/cel/values.ts';
import type { AdmissionAttributes, AdmittedForm } from '../../../contract/admission.ts';
import type { Authorizer } from '../../../contract/authorizer.ts';
import { OPERATIONS } from '../../matching/rules.ts';
import { namespaceOf } from '../../matching/selectors.ts';
import type { Param } from '../invocation/params.ts';
import { askFor } from './ask-authorizer.ts';
import { NAMESPACE, REQUEST } from './request-types.ts';

interface Type {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The request as policies see it; what Go leaves out as empty is absent. `matched` is the resource that the rule of the policy named. */
function requestOf(attributes: AdmissionAttributes, matched: KindDefinition, shown: Type): Readonly<Record<string, unknown>> {
  const { kind, subresource, key, verb, user, dryRun, options, objectKind } = attributes;
  const { name, uid, groups, extra = {} } = user;
  const resourceOf = ({ group, version, plural }: KindDefinition) => ({ group, version, resource: plural });
  const typeOf = ({ group, version, kind: type }: Type) => ({ group, version, kind: type });
  const unlessEmpty = <K extends string>(field: K, value: string | undefined) => (value ? { [field]: value } : {});
  return {
    uid: '',
    kind: typeOf(shown),
    resource: resourceOf(matched),
    ...unlessEmpty('subResource', subresource),
    requestKind: typeOf(objectKind),
    requestResource: resourceOf(kind),
    ...unlessEmpty('requestSubResource', subresource),
    ...unlessEmpty('name', key.name),
    ...unlessEmpty('namespace', namespaceOf(attributes)),
    operation: OPERATIONS[verb],
    userInfo: {
      ...unlessEmpty('username', name),
      ...unlessEmpty('uid', uid),
      ...(groups.length > 0 ? { groups } : {}),
      ...(Object.keys(extra).length > 0 ? { extra } : {}),
    },
    dryRun,
    ...(options ? { options } : {}),
  };
}

/** Returns the type of the object in a version: that of the kind, or of the subresource. */
function shownType({ subresource, objectKind, kind }: AdmissionAttributes, matched: KindDefinition): Type {
  if (subresource === '') return matched;
  if (kind === matched) return objectKind;
  const { group, version, kind: type } = matched;
  const own = matched.subresources.find(({ name }) => name === subresource);
  return { group: own?.group ?? group, version: own?.version ?? version, kind: own?.kind ?? type };
}

/** A request and what policies know beside it. */
export interface PolicyInput {
  readonly attributes: AdmissionAttributes;
  /** The request in the matched version. */
  readonly form: AdmittedForm;
  /** The resource that request.resource names. Default: that of the form. */
  readonly resource?: KindDefinition;
  readonly namespace: Live<Namespace> | undefined;
}

/** The values of the authorizer in expressions; they remember answers for the length of a request. */
export interface AuthorizerValues {
  readonly authorizer: Value;
  readonly requestResource: Value;
}

export function authorizerValues(attributes: AdmissionAttributes, asked: Authorizer): AuthorizerValues {
  const { kind, subresource, key, user } = attributes;
  const authorizer = authorizerValue(askFor(asked, user));
  const resource = { group: kind.group, resource: kind.plural, subresource, namespace: namespaceOf(attributes), name: key.name };
  return { authorizer, requestResource: requestResourceValue(authorizer, resource) };
}

/** Returns the variables of a request that need no parameter and no authorizer. They are made when they are first read. */
export function requestVariables({ attributes, form, namespace, resource = form.kind }: PolicyInput): Variables {
  return {
    object: once(() => dynamicValue(form.object)),
    oldObject: once(() => dynamicValue(form.old)),
    request: once(() => structureValue(requestOf(attributes, resource, shownType(attributes, form.kind)), REQUEST)),
    namespaceObject: once(() => (namespace ? structureValue({ ...namespace }, NAMESPACE) : null)),
  };
}

function once(make: () => Value): () => Value {
  let known: { readonly value: Value } | undefined;
  return () => {
    known ??= { value: make() };
    return known.value;
  };
}

export const withParam = (variables: Variables, param: Param): Variables => ({ ...variables, params: dynamicValue(param) });

export const withAuthorizer = (variables: Variables, { authorizer, requestResource }: AuthorizerValues): Variables => ({
  ...variables,
  authorizer,
  'authorizer.requestResource': requestResource,
});
