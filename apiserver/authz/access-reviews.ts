import type { SubjectRulesReviewStatus } from '../../api/kinds/authorization/rules-review.ts';
import { SelfSubjectRulesReview, selfSubjectRulesReviews } from '../../api/kinds/authorization/rules-review.ts';
import type { FieldSelectorAttributes, NonResourceAttributes, ResourceAttributes } from '../../api/kinds/authorization/subject-access-review.ts';
import {
  LocalSubjectAccessReview,
  localSubjectAccessReviews,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  selfSubjectAccessReviews,
  subjectAccessReviews,
} from '../../api/kinds/authorization/subject-access-review.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { invalid, required } from '../../api/schema/field-error.ts';
import { created, decoded } from '../authn/review.ts';
import type { Authorizer, FieldRequirement } from '../contract/authorizer.ts';
import type { UserInfo } from '../contract/request.ts';
import type { SubresourceHandler } from '../contract/subresource.ts';
import { parseFieldSelector } from '../request/selection.ts';

interface Asked {
  readonly resourceAttributes?: ResourceAttributes | undefined;
  readonly nonResourceAttributes?: NonResourceAttributes | undefined;
}

const EITHER = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';

function attributeErrors({ resourceAttributes, nonResourceAttributes }: Asked): FieldError[] {
  if (resourceAttributes && nonResourceAttributes)
    return [invalid('spec.nonResourceAttributes', nonResourceAttributes, 'cannot be specified in combination with resourceAttributes')];
  return resourceAttributes || nonResourceAttributes ? [] : [invalid('spec.resourceAttributes', null, EITHER)];
}

/** The terms of a review's field selector; none if it does not parse, or says more than a request can. */
function requirementsOf({ rawSelector = '', requirements = [] }: FieldSelectorAttributes): readonly FieldRequirement[] {
  if (rawSelector !== '') {
    try {
      return parseFieldSelector(rawSelector);
    } catch {
      return [];
    }
  }
  return requirements.flatMap(({ key, operator, values = [] }) => {
    const [value, second] = values;
    const isTerm = value !== undefined && second === undefined && (operator === 'In' || operator === 'NotIn');
    return isTerm ? [{ field: key, value, equal: operator === 'In' }] : [];
  });
}

/** Puts the question of a review's spec to the authorizer, for that user. */
async function decide(authorizer: Authorizer, user: UserInfo, { resourceAttributes: at, nonResourceAttributes }: Asked) {
  const { verdict, reason, evaluationError } = await authorizer.authorize({
    user,
    verb: at?.verb ?? nonResourceAttributes?.verb ?? '',
    isResource: at !== undefined,
    group: at?.group ?? '',
    version: at?.version ?? '',
    resource: at?.resource ?? '',
    subresource: at?.subresource ?? '',
    namespace: at?.namespace ?? '',
    name: at?.name ?? '',
    path: nonResourceAttributes?.path ?? '',
    ...(at?.fieldSelector ? { fieldSelector: requirementsOf(at.fieldSelector) } : {}),
  });
  return {
    allowed: verdict === 'allow',
    ...(verdict === 'deny' ? { denied: true } : {}),
    ...(reason ? { reason } : {}),
    ...(evaluationError ? { evaluationError } : {}),
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

const apiVersion = 'authorization.k8s.io/v1';

interface Subject {
  readonly user?: string | undefined;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

function subjectErrors({ user, groups = [] }: Subject): FieldError[] {
  return user || groups.length > 0 ? [] : [required('spec.user', 'at least one of user or group must be specified')];
}

const subjectUser = ({ user = '', uid, groups = [], extra }: Subject): UserInfo => ({
  name: user,
  groups,
  ...(uid === undefined ? {} : { uid }),
  ...(extra ? { extra } : {}),
});

/** Answers the SubjectAccessReview family and SelfSubjectRulesReview from the authorizer that requests go through. */
export function accessReviews(authorizer: Authorizer): readonly SubresourceHandler[] {
  return [
    {
      group: subjectAccessReviews.group,
      plural: subjectAccessReviews.plural,
      subresource: '',
      verbs: ['create'],
      async handle(request) {
        const review = decoded(SubjectAccessReview, request.body(), subjectAccessReviews);
        const wrong = [...attributeErrors(review.spec), ...subjectErrors(review.spec)];
        if (wrong.length > 0) throw errors.invalid(subjectAccessReviews, '', wrong);
        const status = await decide(authorizer, subjectUser(review.spec), review.spec);
        return created({ ...review, kind: subjectAccessReviews.kind, apiVersion, status });
      },
    },
    {
      group: localSubjectAccessReviews.group,
      plural: localSubjectAccessReviews.plural,
      subresource: '',
      verbs: ['create'],
      async handle(request) {
        const review = decoded(LocalSubjectAccessReview, request.body(), localSubjectAccessReviews);
        const wrong = [...attributeErrors(review.spec), ...subjectErrors(review.spec)];
        const namespace = review.spec.resourceAttributes?.namespace;
        if (namespace !== request.key.namespace) {
          wrong.push(invalid('spec.resourceAttributes.namespace', namespace ?? '', 'must match metadata.namespace'));
        }
        if (wrong.length > 0) throw errors.invalid(localSubjectAccessReviews, '', wrong);
        const status = await decide(authorizer, subjectUser(review.spec), review.spec);
        return created({ ...review, kind: localSubjectAccessReviews.kind, apiVersion, status });
      },
    },
    {
      group: selfSubjectAccessReviews.group,
      plural: selfSubjectAccessReviews.plural,
      subresource: '',
      verbs: ['create'],
      async handle(request) {
        const review = decoded(SelfSubjectAccessReview, request.body(), selfSubjectAccessReviews);
        const wrong = attributeErrors(review.spec);
        if (wrong.length > 0) throw errors.invalid(selfSubjectAccessReviews, '', wrong);
        const status = await decide(authorizer, request.user, review.spec);
        return created({ ...review, kind: selfSubjectAccessReviews.kind, apiVersion, status });
      },
    },
    {
      group: selfSubjectRulesReviews.group,
      plural: selfSubjectRulesReviews.plural,
      subresource: '',
      verbs: ['create'],
      async handle(request) {
        const review = decoded(SelfSubjectRulesReview, request.body(), selfSubjectRulesReviews);
        const namespace = review.spec.namespace ?? '';
        if (namespace === '') throw errors.badRequest('no namespace on request');
        const status = await listed(authorizer, request.user, namespace);
        return created({ ...review, kind: selfSubjectRulesReviews.kind, apiVersion, status });
      },
    },
  ];
}
