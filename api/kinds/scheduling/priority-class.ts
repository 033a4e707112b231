import { own } from '../../../base/json.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { AdmissionContext, KindAdmission } from '../../definition/kind.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { boolean, int32, ref, string, topLevel } from '../../schema/fields.ts';
import { checkImmutable } from '../../validation/field-rules.ts';
import type { Pod } from '../core/pod/index.ts';

export const PriorityClass = topLevel('PriorityClass', 'Gives a name to a priority of pods.', {
  description: string('When to use the class.').tag(4).optional(),
  globalDefault: boolean('Whether pods that name no class get this one.').tag(3).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  preemptionPolicy: string('Whether pods of the class may push out those of lower priority.', {
    presence: 'pointer',
    goType: 'PreemptionPolicy',
    default: 'PreemptLowerPriority',
    enum: ['Never', 'PreemptLowerPriority'],
  })
    .tag(5)
    .optional(),
  value: int32('The priority; higher goes first.', { presence: 'filled' }).tag(2).optional(),
});
export type PriorityClass = Infer<typeof PriorityClass>;

/** Higher priorities are reserved for the system's own classes. */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_CLASSES: Readonly<Record<string, number>> = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 };
/** The preemption policy of a class that names none, and of pods without a class. */
const PREEMPT = 'PreemptLowerPriority';
const POLICIES: readonly string[] = [PREEMPT, 'Never'];

function validate(priorityClass: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  const name = priorityClass.metadata?.name ?? '';
  const value = priorityClass.value ?? 0;
  if (name.startsWith('system-')) {
    const known = own(SYSTEM_CLASSES, name) === value && !priorityClass.globalDefault;
    if (!known) errors.push(forbidden('metadata.name', "priority class names with 'system-' prefix are reserved for system use only"));
  } else if (value > HIGHEST_USER_PRIORITY) {
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
  }
  const policy = priorityClass.preemptionPolicy;
  if (!policy) errors.push(required('preemptionPolicy'));
  else if (!POLICIES.includes(policy)) errors.push(notSupported('preemptionPolicy', policy, POLICIES));
  return errors;
}

export const priorityClassStrategy: Strategy<PriorityClass> = {
  generation: 'nothing',
  default: (priorityClass) => {
    priorityClass.preemptionPolicy ??= PREEMPT;
  },
  validate,
  validateUpdate: (priorityClass, old) => {
    const errors: FieldError[] = [];
    if ((priorityClass.value ?? 0) !== (old.value ?? 0)) errors.push(forbidden('value', 'may not be changed in an update.'));
    checkImmutable(errors, priorityClass.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy');
    return errors;
  },
};

const priorityClassColumns: readonly Column<PriorityClass>[] = [
  nameColumn,
  shown('Value', 'The priority its pods get; higher goes first.', (priorityClass) => priorityClass.value ?? 0, 'integer'),
  shown('Global-Default', 'Whether pods without a class get it.', (priorityClass) => priorityClass.globalDefault ?? false, 'boolean'),
  ageColumn,
  shown('PreemptionPolicy', 'Whether its pods may make others go.', (priorityClass) => priorityClass.preemptionPolicy ?? ''),
];

/** Finds the default class; of several the one with the lowest value. */
function defaultClass({ list }: AdmissionContext): Live<PriorityClass> | undefined {
  let found: Live<PriorityClass> | undefined;
  for (const candidate of list(priorityClasses)) {
    if (candidate.globalDefault && (!found || (candidate.value ?? 0) < (found.value ?? 0))) found = candidate;
  }
  return found;
}

/** Turns the class that a pod names, or the default one, into its priority (plugin/pkg/admission/priority). */
const podPriority: KindAdmission<Pod> = {
  name: 'Priority',
  of: { group: '', plural: 'pods' },
  verbs: ['create', 'update'],
  admit({ spec }, old, context) {
    if (!spec) return;
    if (old) {
      spec.priority ??= old.spec?.priority;
      spec.preemptionPolicy ??= old.spec?.preemptionPolicy;
      return;
    }
    const { priorityClassName } = spec;
    const named = priorityClassName ? context.get(priorityClasses, { namespace: '', name: priorityClassName }) : defaultClass(context);
    if (priorityClassName && !named) throw context.forbidden(`no PriorityClass with name ${priorityClassName} was found`);
    const priority = named?.value ?? 0;
    const policy = named?.preemptionPolicy ?? PREEMPT;
    const computed = 'must not be provided in pod spec; priority admission controller computed';
    if (spec.priority !== undefined && spec.priority !== priority) {
      throw context.forbidden(`the integer value of priority (${spec.priority}) ${computed} ${priority} from the given PriorityClass name`);
    }
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw context.forbidden(
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) ${computed} ${policy} from the given PriorityClass name`,
      );
    }
    if (named) spec.priorityClassName = named.metadata.name;
    spec.priority = priority;
    spec.preemptionPolicy = policy;
  },
};

/** Allows one default class only. */
const oneDefaultClass: KindAdmission<PriorityClass> = {
  name: 'Priority',
  of: { group: 'scheduling.k8s.io', plural: 'priorityclasses' },
  verbs: ['create', 'update'],
  validate(priorityClass, _old, context) {
    if (!priorityClass.globalDefault) return;
    const other = defaultClass(context);
    if (!other || other.metadata.name === context.key.name) return;
    throw context.forbidden(`PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`);
  },
};

export const priorityClasses = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  namespaced: false,
  shortNames: ['pc'],
  schema: PriorityClass,
  columns: priorityClassColumns,
  strategy: priorityClassStrategy,
  admission: [podPriority, oneDefaultClass],
});
