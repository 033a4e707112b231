import type { Kind, KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { SubjectRulesReviewStatus } from '../../api/kinds/authorization/rules-review.ts';
import { type SelfSubjectRulesReview, selfSubjectRulesReviews } from '../../api/kinds/authorization/rules-review.ts';
import type {
  LocalSubjectAccessReview,
  NonResourceAttributes,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SubjectAccessReview,
} from '../../api/kinds/authorization/subject-access-review.ts';
import { localSubjectAccessReviews, selfSubjectAccessReviews, subjectAccessReviews } from '../../api/kinds/authorization/subject-access-review.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { invalid } from '../../api/schema/field-error.ts';
import { created, reviewOf } from '../authn/review.ts';
import type { Authorizer } from '../contract/authorizer.ts';
import type { UserInfo } from '../contract/request.ts';
import type { SubresourceHandler, SubresourceRequest } from '../contract/subresource.ts';
import { fieldRequirementFaults, labelRequirementFaults, readFieldSelector, readLabelSelector, selectorFaults } from './review-selectors.ts';

interface Asked {
  readonly resourceAttributes?: ResourceAttributes | undefined;
  readonly nonResourceAttributes?: NonResourceAttributes | undefined;
}

const EITHER = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
const RESOURCE = 'spec.resourceAttributes';

function attributeFaults({ resourceAttributes: at, nonResourceAttributes }: Asked): FieldError[] {
  if (at && nonResourceAttributes)
    return [invalid('spec.nonResourceAttributes', nonResourceAttributes, 'cannot be specified in combination with resourceAttributes')];
  if (!at) return nonResourceAttributes ? [] : [invalid(RESOURCE, null, EITHER)];
  return [
    ...selectorFaults(at.fieldSelector, `${RESOURCE}.fieldSelector`, fieldRequirementFaults),
    ...selectorFaults(at.labelSelector, `${RESOURCE}.labelSelector`, labelRequirementFaults),
  ];
}

/** A review says nothing of itself but, where it has one, its namespace. */
function metadataFaults({ metadata = {} }: KubeObject, isLocal = false): FieldError[] {
  const { managedFields: _, namespace, ...rest } = metadata;
  const said = Object.values(rest).some((value) => value !== undefined) || (namespace !== undefined && !isLocal);
  return said ? [invalid('metadata', metadata, isLocal ? 'must be empty except for namespace' : 'must be empty')] : [];
}

interface Subject {
  readonly user?: string | undefined;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

const subjectFaults = ({ user = '', groups = [] }: Subject): FieldError[] =>
  user !== '' || groups.length > 0 ? [] : [invalid('spec.user', user, 'at least one of user or group must be specified')];

function namespaceFaults({ resourceAttributes, nonResourceAttributes }: Asked, namespace: string): FieldError[] {
  const faults: FieldError[] = [];
  if (resourceAttributes && (resourceAttributes.namespace ?? '') !== namespace)
    faults.push(invalid(`${RESOURCE}.namespace`, resourceAttributes.namespace ?? '', 'must match metadata.namespace'));
  if (nonResourceAttributes) faults.push(invalid('spec.nonResourceAttributes', nonResourceAttributes, 'disallowed on this kind of request'));
  return faults;
}

const subjectUser = ({ user = '', uid, groups = [], extra }: Subject): UserInfo => ({
  name: user,
  groups,
  ...(uid === undefined ? {} : { uid }),
  ...(extra ? { extra } : {}),
});

/** Puts the question of a review's spec to the authorizer, for that user. */
async function decide(authorizer: Authorizer, user: UserInfo, { resourceAttributes: at, nonResourceAttributes }: Asked) {
  const fields = at?.fieldSelector && readFieldSelector(at.fieldSelector);
  const labels = at?.labelSelector && readLabelSelector(at.labelSelector);
  const { verdict, reason, evaluationError } = await authorizer.authorize({
    user,
    verb: at?.verb ?? nonResourceAttributes?.verb ?? '',
    isResource: at !== undefined,
    group: at?.group ?? '',
    version: at?.version || '*',
    resource: at?.resource ?? '',
    subresource: at?.subresource ?? '',
    namespace: at?.namespace ?? '',
    name: at?.name ?? '',
    path: nonResourceAttributes?.path ?? '',
    ...(fields ? { fieldSelector: fields.requirements } : {}),
  });
  const problems: string[] = evaluationError ? [evaluationError] : [];
  for (const [name, read] of [['fieldSelector', fields] as const, ['labelSelector', labels] as const]) {
    if (read?.isPartial) problems.push(`${RESOURCE}.${name} ${read.requirements.length > 0 ? 'partially ' : ''}ignored due to parse error`);
  }
  return {
    allowed: verdict === 'allow',
    ...(verdict === 'deny' ? { denied: true } : {}),
    ...(reason ? { reason } : {}),
    ...(problems.length > 0 ? { evaluationError: problems.join('; ') } : {}),
  };
}

/** The user's rules as the status of a SelfSubjectRulesReview. */
async function listed(authorizer: Authorizer, user: UserInfo, namespace: string): Promise<SubjectRulesReviewStatus> {
  const { resourceRules, nonResourceRules, incomplete, evaluationError } = await authorizer.rulesFor(user, namespace);
  return {
    resourceRules: resourceRules.map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs: [...verbs],
      apiGroups: [...apiGroups],
      resources: [...resources],
      ...(resourceNames?.length ? { resourceNames: [...resourceNames] } : {}),
    })),
    nonResourceRules: nonResourceRules.map(({ verbs, nonResourceURLs }) => ({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] })),
    incomplete,
    ...(evaluationError ? { evaluationError } : {}),
  };
}

/** Serves a kind that is answered, never stored: `statusOf` finds the answer, or throws. */
function review<T extends KubeObject>(
  kind: KindDefinition<T>,
  statusOf: (review: T, request: SubresourceRequest) => Promise<object>,
): SubresourceHandler {
  return {
    group: kind.group,
    plural: kind.plural,
    subresource: '',
    verbs: ['create'],
    async handle(request) {
      const object = await reviewOf(request, kind);
      const { namespace } = request.key;
      if (kind.namespaced && !object.metadata?.namespace) object.metadata = { ...object.metadata, namespace };
      await request.track(kind, object);
      const status = await statusOf(object, request);
      return created({ ...object, kind: kind.kind, apiVersion: apiVersionOf(kind), status });
    },
  };
}

/** Upstream names no kind in these refusals. */
function refuse({ group }: Kind, faults: readonly FieldError[]): void {
  if (faults.length > 0) throw errors.invalid({ group, plural: '', kind: '' }, '', faults);
}

/** Answers the SubjectAccessReview family and SelfSubjectRulesReview from the authorizer that requests go through. */
export function accessReviews(authorizer: Authorizer): readonly SubresourceHandler[] {
  return [
    review<SubjectAccessReview>(subjectAccessReviews, (object) => {
      refuse(subjectAccessReviews, [...attributeFaults(object.spec ?? {}), ...subjectFaults(object.spec ?? {}), ...metadataFaults(object)]);
      return decide(authorizer, subjectUser(object.spec), object.spec);
    }),
    review<LocalSubjectAccessReview>(localSubjectAccessReviews, (object, { key }) => {
      const { spec = {}, metadata } = object;
      if (metadata?.namespace !== key.namespace)
        throw errors.badRequest('the namespace of the provided object does not match the namespace sent on the request');
      refuse(localSubjectAccessReviews, [
        ...attributeFaults(spec),
        ...subjectFaults(spec),
        ...metadataFaults(object, true),
        ...namespaceFaults(spec, key.namespace),
      ]);
      return decide(authorizer, subjectUser(spec), spec);
    }),
    review<SelfSubjectAccessReview>(selfSubjectAccessReviews, (object, { user }) => {
      refuse(selfSubjectAccessReviews, [...attributeFaults(object.spec ?? {}), ...metadataFaults(object)]);
      return decide(authorizer, user, object.spec);
    }),
    review<SelfSubjectRulesReview>(selfSubjectRulesReviews, ({ spec }, { user }) => {
      const namespace = spec?.namespace ?? '';
      if (namespace === '') throw errors.badRequest('no namespace on request');
      return listed(authorizer, user, namespace);
    }),
  ];
}
