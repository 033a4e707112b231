import { semanticEqual } from '../../../base/equality.ts';
import { canonicalJson } from '../../../base/json.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { AdmissionContext, KindAdmission } from '../../definition/kind.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { Toleration } from '../../pod/placement/affinity.ts';
import { checkTolerations } from '../../pod/placement/toleration-validation.ts';
import { checkResources } from '../../pod/resources/resources-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, duplicate, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, map, ref, resourceList, string, struct, topLevel } from '../../schema/fields.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, checkImmutable } from '../../validation/field-rules.ts';
import { dns1123LabelFaults } from '../../validation/name-rules.ts';
import { checkLabels } from '../../validation/object-meta.ts';
import type { Pod } from '../core/pod/index.ts';

export const Overhead = struct('Overhead', 'Resources that running a pod takes beside its containers.', {
  podFixed: resourceList('Resources that each pod takes.').tag(1).optional(),
});

export const Scheduling = struct('Scheduling', 'Nodes that can run pods of the class.', {
  nodeSelector: map(string(), "Labels of the nodes; added to the pods' own node selector.", { 'x-kubernetes-map-type': 'atomic' }).tag(1).optional(),
  tolerations: atomicList(Toleration, "Taints of the nodes; added to the pods' own tolerations.").tag(2).optional(),
});

export const RuntimeClass = topLevel('RuntimeClass', 'A way to run the containers of pods that name it.', {
  handler: string('Configuration of the container runtime that runs the pods.').tag(2),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  overhead: ref(Overhead, 'Resources that the runtime takes for each pod.').tag(3).optional(),
  scheduling: ref(Scheduling, 'Nodes that have the runtime; all, if left out.').tag(4).optional(),
});
export type RuntimeClass = Infer<typeof RuntimeClass>;

/** Checks tolerations as a pod's, and that none stands twice, whatever its seconds. */
function checkSchedulingTolerations(errors: FieldError[], tolerations: readonly Toleration[]): void {
  const path = childPath(rootPath('scheduling'), 'tolerations');
  checkTolerations(errors, tolerations, path);
  const seen = new Set<string>();
  checkEach(tolerations, ({ key = '', operator = '', value = '', effect = '', tolerationSeconds = null }, index) => {
    const id = JSON.stringify([key, operator, value, effect]);
    const shown = { Key: key, Operator: operator, Value: value, Effect: effect, TolerationSeconds: tolerationSeconds };
    if (seen.has(id)) errors.push(duplicate(pathText(indexPath(path, index)), shown));
    seen.add(id);
  });
}

function validate({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors: FieldError[] = [];
  if (handler === '') errors.push(required('handler'));
  else addFaults(errors, dns1123LabelFaults(handler), handler, rootPath('handler'));
  if (overhead) checkResources(errors, { limits: overhead.podFixed ?? {} }, undefined, 'container', rootPath('overhead'));
  if (scheduling?.nodeSelector) checkLabels(errors, scheduling.nodeSelector, rootPath('scheduling'), 'nodeSelector');
  checkSchedulingTolerations(errors, scheduling?.tolerations ?? []);
  return errors;
}

/** The rules of upstream's pkg/apis/node/validation. */
const runtimeClassStrategy: Strategy<RuntimeClass> = {
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['whole', 'change'], anyFinalizer: true },
  validate,
  validateUpdate(runtimeClass, old) {
    const errors = validate(runtimeClass);
    checkImmutable(errors, runtimeClass.handler, old.handler, 'handler');
    return errors;
  },
};

const runtimeClassColumns: readonly Column<RuntimeClass>[] = [
  nameColumn,
  shown('Handler', 'The configuration of the container runtime.', ({ handler }) => handler),
  ageColumn,
];

/** Finds the class that a pod names; a pod that names a missing one is refused. */
function classOf(pod: Pod, { get, forbidden }: AdmissionContext): Live<RuntimeClass> | undefined {
  const name = pod.spec?.runtimeClassName;
  if (name === undefined) return undefined;
  const found = get(runtimeClasses, { namespace: '', name });
  if (!found) throw forbidden(`pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  return found;
}

const OTHER_OVERHEAD = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

/** Gives pods the overhead and the scheduling of the class that they name (plugin/pkg/admission/runtimeclass). */
const runtimeClassOfPods: KindAdmission<Pod> = {
  name: 'RuntimeClass',
  of: { group: '', plural: 'pods' },
  verbs: ['create'],
  admit(pod, _old, context) {
    const { spec } = pod;
    const { overhead, scheduling } = classOf(pod, context) ?? {};
    if (!spec) return;
    if (overhead) {
      if (spec.overhead && !semanticEqual(overhead.podFixed, spec.overhead)) throw context.forbidden(OTHER_OVERHEAD);
      spec.overhead = overhead.podFixed && { ...overhead.podFixed };
    }
    if (!scheduling) return;
    for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
      const own = spec.nodeSelector?.[key];
      if (own === undefined || own === value) continue;
      throw context.forbidden(`conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`);
    }
    if (scheduling.nodeSelector) spec.nodeSelector = { ...spec.nodeSelector, ...scheduling.nodeSelector };
    spec.tolerations = mergedTolerations([...(spec.tolerations ?? []), ...(scheduling.tolerations ?? [])]);
  },
  validate(pod, _old, context) {
    const overhead = classOf(pod, context)?.overhead;
    const own = pod.spec?.overhead;
    if (overhead && !semanticEqual(overhead.podFixed, own)) throw context.forbidden(OTHER_OVERHEAD);
    if (!overhead && own) throw context.forbidden('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  },
};

/**
 * Drops tolerations that others cover, the first of equal ones excepted (pkg/util/tolerations, MergeTolerations). Only one of the same key and
 * effect, or of none, can cover another.
 */
function mergedTolerations(all: readonly Toleration[]): Toleration[] {
  const distinct = new Map<string, Toleration>();
  for (const toleration of all) {
    const identity = canonicalJson(toleration);
    if (!distinct.has(identity)) distinct.set(identity, toleration);
  }
  const groups = Map.groupBy(distinct.values(), ({ key = '', effect = '' }) => JSON.stringify([key, effect]));
  const dropped = new Set<Toleration>();
  return [...distinct.values()].filter((toleration) => {
    const { key = '', effect = '' } = toleration;
    const wider = new Set([JSON.stringify([key, effect]), JSON.stringify([key, '']), JSON.stringify(['', effect]), JSON.stringify(['', ''])]);
    const covered = [...wider].some((group) =>
      groups.get(group)?.some((other) => other !== toleration && !dropped.has(other) && covers(other, toleration)),
    );
    if (covered) dropped.add(toleration);
    return !covered;
  });
}

/** Whether `wider` tolerates every taint that `toleration` does. */
function covers(wider: Toleration, toleration: Toleration): boolean {
  if (semanticEqual(wider, toleration)) return true;
  if ((toleration.key ?? '') !== (wider.key ?? '') && (wider.key || wider.operator !== 'Exists')) return false;
  if (wider.effect && toleration.effect !== wider.effect) return false;
  if (wider.effect === 'NoExecute' && wider.tolerationSeconds !== undefined) {
    if ((toleration.tolerationSeconds ?? Number.POSITIVE_INFINITY) > wider.tolerationSeconds) return false;
  }
  if (wider.operator === 'Exists') return true;
  return (wider.operator ?? 'Equal') === 'Equal' && toleration.operator === 'Equal' && (toleration.value ?? '') === (wider.value ?? '');
}

export const runtimeClasses = defineKind<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  namespaced: false,
  schema: RuntimeClass,
  columns: runtimeClassColumns,
  strategy: runtimeClassStrategy,
  admission: [runtimeClassOfPods],
});
