import { semanticEqual } from '../../../../base/equality.ts';
import type { Strategy } from '../../../definition/strategy.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults } from '../../../validation/field-rules.ts';
import { dns1123LabelFaults, dns1123SubdomainFaults } from '../../../validation/name-rules.ts';
import { EXEMPT } from '../names.ts';
import { conditionFaults, statusRules } from '../status-rules.ts';
import { MANDATORY_FLOW_SCHEMAS } from './mandatory.ts';
import type { FlowSchema, FlowSchemaSpec, FlowSubject, NonResourcePolicyRule, PolicyRulesWithSubjects, ResourcePolicyRule } from './schema.ts';

const MAX_PRECEDENCE = 10_000;
const DEFAULT_PRECEDENCE = 1000;
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const SPEC = rootPath('spec');
const ALL = '*';

/** The field of each kind of subject. */
const SUBJECT_FIELDS = { User: 'user', Group: 'group', ServiceAccount: 'serviceAccount' } as const;
type SubjectKind = keyof typeof SUBJECT_FIELDS;
/** In the order in which upstream looks at the fields that must not be set. */
const OTHERS: Readonly<Record<SubjectKind, readonly SubjectKind[]>> = {
  ServiceAccount: ['User', 'Group'],
  User: ['ServiceAccount', 'Group'],
  Group: ['ServiceAccount', 'User'],
};
const isSubjectKind = (kind: string): kind is SubjectKind => Object.hasOwn(SUBJECT_FIELDS, kind);

function checkSubject(errors: FieldError[], subject: FlowSubject, path: FieldPath): void {
  const { kind = '' } = subject;
  if (!isSubjectKind(kind)) {
    errors.push(notSupported(pathText(path, 'kind'), kind, ['Group', 'ServiceAccount', 'User']));
    return;
  }
  const field = SUBJECT_FIELDS[kind];
  const named = subject[field];
  if (!named) errors.push(required(pathText(path, field), `${field} is required when subject kind is '${kind}'`));
  else if (named.name === '') errors.push(required(pathText(path, field, 'name')));
  if (kind === 'ServiceAccount' && subject.serviceAccount) {
    const { name, namespace } = subject.serviceAccount;
    if (name !== '' && name !== ALL) addFaults(errors, dns1123SubdomainFaults(name), name, path, field, 'name');
    if (namespace === '') errors.push(required(pathText(path, field, 'namespace'), 'must specify namespace for service account'));
    else addFaults(errors, dns1123LabelFaults(namespace), namespace, path, field, 'namespace');
  }
  for (const other of OTHERS[kind]) {
    const otherField = SUBJECT_FIELDS[other];
    if (subject[otherField]) errors.push(forbidden(pathText(path, otherField), `${otherField} is forbidden when subject kind is not '${other}'`));
  }
}

function checkVerbs(errors: FieldError[], verbs: readonly string[], path: FieldPath): void {
  const field = pathText(path, 'verbs');
  if (verbs.length === 0) errors.push(required(field, 'verbs must contain at least one value'));
  else if (verbs.includes(ALL)) checkAlone(errors, verbs, field, 'verbs');
  else if (!verbs.every((verb) => VERBS.includes(verb))) errors.push(notSupported(field, verbs, VERBS));
}

function checkAlone(errors: FieldError[], values: readonly string[], field: string, others: string): void {
  if (values.length > 1 && values.includes(ALL)) errors.push(invalid(field, values, `if '*' is present, must not specify other ${others}`));
}

function checkResourceRule(errors: FieldError[], rule: ResourcePolicyRule, path: FieldPath): void {
  const { verbs, apiGroups, resources, namespaces } = rule;
  checkVerbs(errors, verbs ?? [], path);
  if (!apiGroups?.length) errors.push(required(pathText(path, 'apiGroups'), 'resource rules must supply at least one api group'));
  else checkAlone(errors, apiGroups, pathText(path, 'apiGroups'), 'api groups');
  if (!resources?.length) errors.push(required(pathText(path, 'resources'), 'resource rules must supply at least one resource'));
  else checkAlone(errors, resources, pathText(path, 'resources'), 'resources');
  const field = pathText(path, 'namespaces');
  if (!namespaces?.length) {
    if (!rule.clusterScope) errors.push(required(field, 'resource rules that are not cluster scoped must supply at least one namespace'));
  } else if (namespaces.includes(ALL)) checkAlone(errors, namespaces, field, 'namespaces');
  else {
    namespaces.forEach((namespace, index) => {
      const faults = dns1123LabelFaults(namespace).map((fault) => `each member of this list must be '*' or a DNS-1123 label; ${fault}`);
      addFaults(errors, faults, namespace, indexPath(childPath(path, 'namespaces'), index));
    });
  }
}

/** Returns the fault of a path that is no resource; a wildcard may only stand for everything below. */
function urlFault(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const star = url.indexOf(ALL);
  return star < 0 || (star === url.length - 1 && url.endsWith('/*')) ? undefined : 'wildcard can only do suffix matching';
}

function checkNonResourceRule(errors: FieldError[], { verbs, nonResourceURLs: urls }: NonResourcePolicyRule, path: FieldPath): void {
  checkVerbs(errors, verbs ?? [], path);
  const field = pathText(path, 'nonResourceURLs');
  if (!urls?.length) errors.push(required(field, 'nonResourceURLs must contain at least one value'));
  else if (urls.includes(ALL)) checkAlone(errors, urls, field, 'non-resource URLs');
  else {
    urls.forEach((url, index) => {
      const fault = urlFault(url);
      if (fault) errors.push(invalid(`${field}[${index}]`, url, fault));
    });
  }
}

function checkRule(errors: FieldError[], rule: PolicyRulesWithSubjects, path: FieldPath): void {
  const { subjects, resourceRules = [], nonResourceRules = [] } = rule;
  if (!subjects?.length) errors.push(required(pathText(path, 'subjects'), 'subjects must contain at least one value'));
  subjects?.forEach((subject, index) => {
    checkSubject(errors, subject, indexPath(childPath(path, 'subjects'), index));
  });
  if (resourceRules.length === 0 && nonResourceRules.length === 0)
    errors.push(required(pathText(path), 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  resourceRules.forEach((each, index) => {
    checkResourceRule(errors, each, indexPath(childPath(path, 'resourceRules'), index));
  });
  nonResourceRules.forEach((each, index) => {
    checkNonResourceRule(errors, each, indexPath(childPath(path, 'nonResourceRules'), index));
  });
}

function checkSpec(errors: FieldError[], name: string, spec: Partial<FlowSchemaSpec>): void {
  const { matchingPrecedence = 0, distinguisherMethod, priorityLevelConfiguration, rules } = spec;
  const precedence = (why: string) => errors.push(invalid('spec.matchingPrecedence', matchingPrecedence, why));
  if (matchingPrecedence <= 0) precedence('must be a positive value');
  if (matchingPrecedence > MAX_PRECEDENCE) precedence(`must not be greater than ${MAX_PRECEDENCE}`);
  if (matchingPrecedence === 1 && name !== EXEMPT) precedence("only the schema named 'exempt' may have matchingPrecedence 1");
  if (distinguisherMethod && distinguisherMethod.type !== 'ByUser' && distinguisherMethod.type !== 'ByNamespace') {
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: distinguisherMethod.type }, ['ByNamespace', 'ByUser']));
  }
  const level = priorityLevelConfiguration?.name ?? '';
  if (level === '') errors.push(required('spec.priorityLevelConfiguration.name', 'must reference a priority level'));
  else addFaults(errors, dns1123SubdomainFaults(level), level, SPEC, 'priorityLevelConfiguration', 'name');
  rules?.forEach((rule, index) => {
    checkRule(errors, rule, indexPath(childPath(SPEC, 'rules'), index));
  });
}

/** The spec as upstream's message shows it: its internal structure, which has no JSON names. */
const shownSpec = ({ priorityLevelConfiguration, matchingPrecedence = 0, distinguisherMethod, rules }: Partial<FlowSchemaSpec>) => ({
  PriorityLevelConfiguration: { Name: priorityLevelConfiguration?.name ?? '' },
  MatchingPrecedence: matchingPrecedence,
  DistinguisherMethod: distinguisherMethod ? { Type: distinguisherMethod.type } : null,
  Rules:
    rules?.map(({ subjects, resourceRules, nonResourceRules }) => ({
      Subjects: (subjects ?? []).map(({ kind, user, group, serviceAccount: account }) => ({
        Kind: kind,
        User: user ? { Name: user.name } : null,
        Group: group ? { Name: group.name } : null,
        ServiceAccount: account ? { Namespace: account.namespace, Name: account.name } : null,
      })),
      ResourceRules:
        resourceRules?.map(({ verbs, apiGroups, resources, clusterScope = false, namespaces = null }) => ({
          Verbs: verbs,
          APIGroups: apiGroups,
          Resources: resources,
          ClusterScope: clusterScope,
          Namespaces: namespaces,
        })) ?? null,
      NonResourceRules: nonResourceRules?.map(({ verbs, nonResourceURLs }) => ({ Verbs: verbs, NonResourceURLs: nonResourceURLs })) ?? null,
    })) ?? null,
});

function validate({ metadata, spec = { priorityLevelConfiguration: { name: '' } }, status }: FlowSchema): FieldError[] {
  const errors: FieldError[] = [];
  const name = metadata?.name ?? '';
  checkSpec(errors, name, spec);
  const mandatory = MANDATORY_FLOW_SCHEMAS.get(name);
  if (mandatory && !semanticEqual(spec, mandatory)) errors.push(invalid('spec', shownSpec(spec), `spec of '${name}' must equal the fixed value`));
  return [...errors, ...conditionFaults(status?.conditions)];
}

/** The rules of upstream's pkg/apis/flowcontrol/validation. */
export const flowSchemaStrategy: Strategy<FlowSchema> = {
  ...statusRules<FlowSchema['spec'], FlowSchema>(),
  default(flowSchema) {
    flowSchema.spec ??= { priorityLevelConfiguration: { name: '' } };
    flowSchema.spec.matchingPrecedence ||= DEFAULT_PRECEDENCE;
  },
  validate,
  validateUpdate: validate,
};
