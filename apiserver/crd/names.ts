import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { approvalOf, hasCondition, isProtectedGroup } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { equalJson } from '../../base/json.ts';

export { hasCondition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';

type Crd = Live<CustomResourceDefinition>;
type Names = NonNullable<NonNullable<CustomResourceDefinition['status']>['acceptedNames']>;
type Condition = Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'>;

/** The names asked for, those left out filled in. */
export function wantedNames({ spec }: CustomResourceDefinition): Names {
  const { names } = spec;
  return { ...names, singular: names.singular || names.kind.toLowerCase(), listKind: names.listKind || `${names.kind}List` };
}

interface Accepted {
  readonly names: Names;
  /** Undefined if all names are free. */
  readonly conflict: { readonly reason: string; readonly message: string } | undefined;
}

/**
 * Accepts the names that are free among those of the group, its own included, and keeps the accepted ones in the place of the others. Of several
 * conflicts the last is told (pkg/controller/status/naming_controller.go of apiextensions-apiserver).
 */
function acceptNames(wanted: Names, accepted: Names, resources: ReadonlySet<string>, kinds: ReadonlySet<string>): Accepted {
  const names: Names = { ...accepted };
  let conflict: Accepted['conflict'];
  const taken = (name: string) => `${JSON.stringify(name)} is already in use`;
  const accept = (field: 'plural' | 'singular' | 'kind' | 'listKind', held: ReadonlySet<string>, reason: string) => {
    const name = wanted[field] ?? '';
    if (name !== (accepted[field] ?? '') && held.has(name)) conflict = { reason, message: taken(name) };
    else names[field] = name;
  };
  accept('plural', resources, 'PluralConflict');
  accept('singular', resources, 'SingularConflict');
  const { shortNames = [] } = wanted;
  if (!equalJson(shortNames, accepted.shortNames ?? [])) {
    const own = new Set(accepted.shortNames);
    const faults = shortNames.filter((name) => !own.has(name) && resources.has(name)).map(taken);
    if (faults.length === 0) names.shortNames = wanted.shortNames;
    else conflict = { reason: 'ShortNamesConflict', message: faults.length === 1 ? (faults[0] ?? '') : `[${faults.join(', ')}]` };
  }
  accept('kind', kinds, 'KindConflict');
  accept('listKind', kinds, 'ListKindConflict');
  names.categories = wanted.categories;
  return { names, conflict };
}

/** The conditions with one set; the time of transition (`now`, RFC 3339) moves when the status does. */
export function withCondition(
  conditions: readonly CustomResourceDefinitionCondition[],
  condition: Condition,
  now: string,
): CustomResourceDefinitionCondition[] {
  const before = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? (before.lastTransitionTime ?? now) : now;
  const next = { ...condition, lastTransitionTime };
  return before ? conditions.map((one) => (one === before ? next : one)) : [...conditions, next];
}

const APPROVALS = {
  missing: { status: 'False', reason: 'MissingAnnotation' },
  invalid: { status: 'False', reason: 'InvalidAnnotation' },
  approved: { status: 'True', reason: 'ApprovedAnnotation' },
  bypassed: { status: 'False', reason: 'UnapprovedAnnotation' },
} as const;

/** Tells whether a group of Kubernetes' own is extended with approval; undefined for other groups. */
function approvalCondition(crd: Crd): Condition | undefined {
  if (!isProtectedGroup(crd.spec.group)) return undefined;
  const { state, reason } = approvalOf(crd);
  return { type: 'KubernetesAPIApprovalPolicyConformant', ...APPROVALS[state], message: reason };
}

const ACCEPTED: Condition = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
const ESTABLISHED: Condition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};
const NOT_ESTABLISHED: Condition = { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };

/**
 * The definition with its status: whether its names are free among the other definitions of the group, the names accepted,
 * Established once they are, and the versions that objects may be stored in.
 */
export function withStatus(crd: Crd, others: readonly Crd[], now: string): Crd {
  const held = others.filter((other) => other.spec.group === crd.spec.group && other.metadata.uid !== crd.metadata.uid);
  const holders = [crd, ...held].map(({ status }) => status?.acceptedNames).filter((names) => names !== undefined);
  const resources = new Set(holders.flatMap((names) => [names.plural, names.singular ?? '', ...(names.shortNames ?? [])]));
  const kinds = new Set(holders.flatMap((names) => [names.kind, names.listKind ?? '']));
  const { names, conflict } = acceptNames(wantedNames(crd), crd.status?.acceptedNames ?? { plural: '', kind: '' }, resources, kinds);
  let conditions = crd.status?.conditions ?? [];
  const set = (condition: Condition | undefined) => {
    if (condition) conditions = withCondition(conditions, condition, now);
  };
  set(approvalCondition(crd));
  set(conflict ? { type: 'NamesAccepted', status: 'False', ...conflict } : ACCEPTED);
  if (!hasCondition(crd, 'Established')) set(conflict ? NOT_ESTABLISHED : ESTABLISHED);
  const stored = crd.status?.storedVersions ?? [];
  const current = crd.spec.versions.filter((version) => version.storage && !stored.includes(version.name)).map(({ name }) => name);
  return { ...crd, status: { ...crd.status, conditions: [...conditions], acceptedNames: names, storedVersions: [...stored, ...current] } };
}
