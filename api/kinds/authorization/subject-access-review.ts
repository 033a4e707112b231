import { defineKind } from '../../definition/kind.ts';
import { FieldSelectorRequirement } from '../../meta/field-selector.ts';
import { LabelSelectorRequirement } from '../../meta/label-selector.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, list, map, ref, string, struct, topLevel } from '../../schema/fields.ts';

export const FieldSelectorAttributes = struct('FieldSelectorAttributes', 'A field selector, as text or in parts.', {
  rawSelector: string('The selector as it stands in a query.').tag(1).optional(),
  requirements: atomicList(FieldSelectorRequirement, 'The selector in parts; all must hold.').tag(2).optional(),
});
export type FieldSelectorAttributes = Infer<typeof FieldSelectorAttributes>;

export const LabelSelectorAttributes = struct('LabelSelectorAttributes', 'A label selector, as text or in parts.', {
  rawSelector: string('The selector as it stands in a query.').tag(1).optional(),
  requirements: atomicList(LabelSelectorRequirement, 'The selector in parts; all must hold.').tag(2).optional(),
});
export type LabelSelectorAttributes = Infer<typeof LabelSelectorAttributes>;

export const NonResourceAttributes = struct('NonResourceAttributes', 'A request for a path that is no resource.', {
  path: string('URL path.').tag(1).optional(),
  verb: string('HTTP verb in lower case.').tag(2).optional(),
});
export type NonResourceAttributes = Infer<typeof NonResourceAttributes>;

export const ResourceAttributes = struct('ResourceAttributes', 'A request for a resource.', {
  fieldSelector: ref(FieldSelectorAttributes, 'Limits the question by field selector.').tag(8).optional(),
  group: string('Group of the resource; * stands for all.').tag(3).optional(),
  labelSelector: ref(LabelSelectorAttributes, 'Limits the question by label selector.').tag(9).optional(),
  name: string('Name of the object; empty stands for all.').tag(7).optional(),
  namespace: string('Namespace; empty stands for all, or for cluster-wide resources.').tag(1).optional(),
  resource: string('Resource; * stands for all.').tag(5).optional(),
  subresource: string('Subresource; empty stands for none.').tag(6).optional(),
  verb: string('get, list, watch, create, update, patch, delete, deletecollection, or another; * stands for all.').tag(2).optional(),
  version: string('Version of the resource; * stands for all.').tag(4).optional(),
});
export type ResourceAttributes = Infer<typeof ResourceAttributes>;

export const SubjectAccessReviewSpec = struct(
  'SubjectAccessReviewSpec',
  'The request in question; either of resource or of non-resource attributes.',
  {
    extra: map(list(string()), 'What else the authenticator said of the user.').tag(5).optional(),
    groups: atomicList(string(), 'Groups of the user.').tag(4).optional(),
    nonResourceAttributes: ref(NonResourceAttributes, 'The request, where it is for no resource.').tag(2).optional(),
    resourceAttributes: ref(ResourceAttributes, 'The request, where it is for a resource.').tag(1).optional(),
    uid: string('Identifier of the user that is never given to another.').tag(6).optional(),
    user: string('User who would make the request.').tag(3).optional(),
  },
);
export type SubjectAccessReviewSpec = Infer<typeof SubjectAccessReviewSpec>;

export const SubjectAccessReviewStatus = struct('SubjectAccessReviewStatus', 'Whether the request would be allowed.', {
  allowed: boolean('Whether it is allowed.').tag(1),
  denied: boolean('Whether it is denied for good, whatever another authoriser may say.').tag(4).optional(),
  evaluationError: string('What went wrong while deciding.').tag(3).optional(),
  reason: string('Why it is allowed or denied.').tag(2).optional(),
});
export type SubjectAccessReviewStatus = Infer<typeof SubjectAccessReviewStatus>;

export const SubjectAccessReview = topLevel('SubjectAccessReview', 'Asks whether a user may do something.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(SubjectAccessReviewSpec, 'The user and the request.').tag(2),
  status: ref(SubjectAccessReviewStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type SubjectAccessReview = Infer<typeof SubjectAccessReview>;

export const SelfSubjectAccessReviewSpec = struct(
  'SelfSubjectAccessReviewSpec',
  'The request in question; either of resource or of non-resource attributes.',
  {
    nonResourceAttributes: ref(NonResourceAttributes, 'The request, where it is for no resource.').tag(2).optional(),
    resourceAttributes: ref(ResourceAttributes, 'The request, where it is for a resource.').tag(1).optional(),
  },
);
export type SelfSubjectAccessReviewSpec = Infer<typeof SelfSubjectAccessReviewSpec>;

export const SelfSubjectAccessReview = topLevel('SelfSubjectAccessReview', 'Asks whether the caller may do something.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(SelfSubjectAccessReviewSpec, 'The request.').tag(2),
  status: ref(SubjectAccessReviewStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type SelfSubjectAccessReview = Infer<typeof SelfSubjectAccessReview>;

export const LocalSubjectAccessReview = topLevel('LocalSubjectAccessReview', 'Asks whether a user may do something in one namespace.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(SubjectAccessReviewSpec, 'The user and the request; its namespace must be that of the review.').tag(2),
  status: ref(SubjectAccessReviewStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type LocalSubjectAccessReview = Infer<typeof LocalSubjectAccessReview>;

export const subjectAccessReviews = defineKind<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
  verbs: ['create'],
  schema: SubjectAccessReview,
});

export const selfSubjectAccessReviews = defineKind<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
  verbs: ['create'],
  schema: SelfSubjectAccessReview,
});

export const localSubjectAccessReviews = defineKind<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  namespaced: true,
  verbs: ['create'],
  schema: LocalSubjectAccessReview,
});
