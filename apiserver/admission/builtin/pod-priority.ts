import { isKind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { PriorityClass } from '../../../api/kinds/scheduling/priority-class.ts';
import { priorityClasses } from '../../../api/kinds/scheduling/priority-class.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { admitted, forbidden } from '../admitted.ts';

const PREEMPT = 'PreemptLowerPriority';

/** The default class; of several the one with the lowest value. */
function defaultClass(objects: StorageAccess): Live<PriorityClass> | undefined {
  let found: Live<PriorityClass> | undefined;
  for (const candidate of objects.list(priorityClasses)) {
    if (candidate.globalDefault && (!found || (candidate.value ?? 0) < (found.value ?? 0))) found = candidate;
  }
  return found;
}

function admitPod(objects: StorageAccess, attributes: AdmissionAttributes, pod: Pod, old: Live<Pod> | undefined): void {
  const { spec } = pod;
  if (!spec) return;
  if (old) {
    spec.priority ??= old.spec?.priority;
    spec.preemptionPolicy ??= old.spec?.preemptionPolicy;
    return;
  }
  const named = spec.priorityClassName ? objects.get(priorityClasses, { namespace: '', name: spec.priorityClassName }) : defaultClass(objects);
  if (spec.priorityClassName && !named) throw forbidden(attributes, `no PriorityClass with name ${spec.priorityClassName} was found`);
  const priority = named?.value ?? 0;
  const policy = named?.preemptionPolicy ?? PREEMPT;
  const computed = 'must not be provided in pod spec; priority admission controller computed';
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw forbidden(attributes, `the integer value of priority (${spec.priority}) ${computed} ${priority} from the given PriorityClass name`);
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw forbidden(
      attributes,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) ${computed} ${policy} from the given PriorityClass name`,
    );
  }
  if (named) spec.priorityClassName = named.metadata.name;
  spec.priority = priority;
  spec.preemptionPolicy = policy;
}

/** Turns the class that a pod names, or the default one, into its priority; allows one default class only. */
export function podPriority(objects: StorageAccess): AdmissionPlugin {
  return {
    name: 'Priority',
    handles: (kind, subresource, verb) =>
      subresource === '' && (verb === 'create' || verb === 'update') && (isKind(kind, priorityClasses) || isKind(kind, pods)),
    admit(attributes) {
      const pod = admitted(pods, attributes);
      if (pod) admitPod(objects, attributes, pod.object, pod.old);
    },
    validate(attributes) {
      const priorityClass = admitted(priorityClasses, attributes)?.object;
      if (!priorityClass?.globalDefault) return;
      const other = defaultClass(objects);
      if (!other || other.metadata.name === attributes.key.name) return;
      throw forbidden(attributes, `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`);
    },
  };
}
