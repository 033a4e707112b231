import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { Live } from '../../api/meta/object.ts';

type Crd = Live<CustomResourceDefinition>;
type Names = NonNullable<NonNullable<CustomResourceDefinition['status']>['acceptedNames']>;

/** The names asked for, those left out filled in. */
export function wantedNames({ spec }: CustomResourceDefinition): Names {
  const { names } = spec;
  return { ...names, singular: names.singular || names.kind.toLowerCase(), listKind: names.listKind || `${names.kind}List` };
}

/** The names of one field that others of the group hold. */
function conflict(others: readonly Names[], resources: readonly string[], kinds: readonly string[]): { reason: string; message: string } | undefined {
  const heldResources = new Set(others.flatMap((names) => [names.plural, names.singular ?? '', ...(names.shortNames ?? [])]));
  const heldKinds = new Set(others.flatMap((names) => [names.kind, names.listKind ?? '']));
  const [plural = '', singular = '', ...shortNames] = resources;
  const [kind = '', listKind = ''] = kinds;
  const taken = (name: string) => `${JSON.stringify(name)} is already in use`;
  if (heldResources.has(plural)) return { reason: 'PluralConflict', message: taken(plural) };
  if (heldResources.has(singular)) return { reason: 'SingularConflict', message: taken(singular) };
  const short = shortNames.filter((name) => heldResources.has(name));
  if (short.length > 0) return { reason: 'ShortNamesConflict', message: short.map(taken).join(', ') };
  if (heldKinds.has(kind)) return { reason: 'KindConflict', message: taken(kind) };
  if (heldKinds.has(listKind)) return { reason: 'ListKindConflict', message: taken(listKind) };
  return undefined;
}

/** The conditions with one set; the time of transition (`now`, RFC 3339) moves when the status does. */
export function withCondition(
  conditions: readonly CustomResourceDefinitionCondition[],
  condition: Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'>,
  now: string,
): CustomResourceDefinitionCondition[] {
  const before = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? (before.lastTransitionTime ?? now) : now;
  const next = { ...condition, lastTransitionTime };
  return before ? conditions.map((one) => (one === before ? next : one)) : [...conditions, next];
}

export const hasCondition = (crd: CustomResourceDefinition, type: string): boolean =>
  crd.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

/**
 * The definition with its status: whether its names are free among the other definitions of the group, the names accepted,
 * Established once they are, and the versions that objects may be stored in.
 */
export function withStatus(crd: Crd, others: readonly Crd[], now: string): Crd {
  const names = wantedNames(crd);
  const held = others.filter((other) => other.spec.group === crd.spec.group && other.metadata.uid !== crd.metadata.uid);
  const accepted = held.flatMap((other) => (other.status?.acceptedNames?.plural ? [other.status.acceptedNames] : []));
  const found = conflict(accepted, [names.plural, names.singular ?? '', ...(names.shortNames ?? [])], [names.kind, names.listKind ?? '']);
  let conditions = crd.status?.conditions ?? [];
  if (found) {
    conditions = withCondition(conditions, { type: 'NamesAccepted', status: 'False', ...found }, now);
    if (!hasCondition(crd, 'Established')) {
      conditions = withCondition(
        conditions,
        { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
        now,
      );
    }
  } else {
    conditions = withCondition(conditions, { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }, now);
    if (!hasCondition(crd, 'Established')) {
      const reason = { reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' };
      conditions = withCondition(conditions, { type: 'Established', status: 'True', ...reason }, now);
    }
  }
  const stored = crd.status?.storedVersions ?? [];
  const current = crd.spec.versions.filter((version) => version.storage && !stored.includes(version.name)).map(({ name }) => name);
  return {
    ...crd,
    status: {
      ...crd.status,
      conditions: [...conditions],
      acceptedNames: found ? (crd.status?.acceptedNames ?? { plural: '', kind: '' }) : names,
      storedVersions: [...stored, ...current],
    },
  };
}
