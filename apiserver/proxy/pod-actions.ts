import { Binding, bindings } from '../../api/kinds/core/binding.ts';
import type { Node } from '../../api/kinds/core/node/index.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../api/meta/object.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { fieldErrorText, notSupported, required } from '../../api/schema/field-error.ts';
import type { Clock } from '../../base/clock.ts';
import { timeText } from '../../base/clock.ts';
import { created, decoded } from '../authn/review.ts';
import { aggregateText } from '../authn/token-outcome.ts';
import type { SubresourceHandler, SubresourceRequest } from '../contract/subresource.ts';
import { evictionHandler } from './eviction.ts';
import { withCondition } from './pod-condition.ts';

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** Labels of a node that are copied to its pods (upstream's PodTopologyLabels). */
const TOPOLOGY_LABELS = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

function topologyOf(node: Live<Node> | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const name of TOPOLOGY_LABELS) {
    const value = node?.metadata.labels?.[name];
    if (value !== undefined) labels[name] = value;
  }
  return labels;
}

/** The pod, bound to its node. @throws StatusError Conflict if it cannot be bound. */
function assigned(pod: Live<Pod>, binding: Binding, topology: Record<string, string>, now: string): Pod {
  const { name } = pod.metadata;
  const conflict = (why: string) => errors.conflict({ group: '', plural: 'pods/binding', kind: '' }, name, why);
  const { uid, resourceVersion } = binding.metadata ?? {};
  if (uid && uid !== pod.metadata.uid) throw conflict(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`);
  if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) {
    throw conflict(
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${pod.metadata.resourceVersion}`,
    );
  }
  if (pod.metadata.deletionTimestamp) throw conflict(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) throw conflict(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec?.schedulingGates?.length) throw conflict(`pod ${name} has non-empty .spec.schedulingGates`);
  const { nominatedNodeName: _, ...status } = pod.status ?? {};
  const annotations = { ...pod.metadata.annotations, ...binding.metadata?.annotations };
  const labels = { ...topology, ...pod.metadata.labels };
  const metadata = {
    ...pod.metadata,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
  };
  return {
    ...pod,
    metadata,
    spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: binding.target.name ?? '' },
    status: { ...status, conditions: withCondition(pod, { type: 'PodScheduled', status: 'True' }, now) },
  };
}

function bindingErrors({ target }: Binding): FieldError[] {
  const wrong: FieldError[] = [];
  if (target.kind && target.kind !== 'Node') wrong.push(notSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (!target.name) wrong.push(required('target.name'));
  return wrong;
}

/** Binds a pod to a node, once: POST pods/NAME/binding, and POST bindings. */
function bindingHandler(plural: 'pods' | 'bindings', subresource: string, clock: Clock): SubresourceHandler {
  return {
    group: '',
    plural,
    subresource,
    verbs: ['create'],
    async handle(request) {
      const binding = decoded(Binding, request.body(), bindings);
      const name = plural === 'pods' ? request.key.name : (binding.metadata?.name ?? '');
      if (name === '') throw errors.badRequest('name must be provided');
      if (binding.metadata?.name && binding.metadata.name !== name) {
        throw errors.badRequest('name in URL does not match name in Binding object');
      }
      const wrong = bindingErrors(binding);
      // Upstream does not make a refusal of these faults.
      if (wrong.length > 0) throw new StatusError('', aggregateText(wrong.map(fieldErrorText)), undefined, 500);
      await request.admit({ verb: 'create', object: binding, old: undefined });
      const topology = topologyOf(request.storage.get(nodes, { namespace: '', name: binding.target.name ?? '' }));
      await change(request, { namespace: request.key.namespace, name }, (pod) => assigned(pod, binding, topology, timeText(clock.now())));
      return created(SUCCESS);
    },
  };
}

/** Changes the pod; on a dry run checks that it could be changed. */
async function change({ storage, dryRun }: SubresourceRequest, key: ObjectKey, next: (pod: Live<Pod>) => Pod): Promise<void> {
  if (!dryRun) {
    await storage.modify(pods, key, next);
    return;
  }
  const pod = storage.get(pods, key);
  if (!pod) throw errors.notFound(pods, key.name);
  next(pod);
}

/** Serves pods/binding, bindings and pods/eviction. */
export function podActions(clock: Clock): readonly SubresourceHandler[] {
  return [bindingHandler('pods', 'binding', clock), bindingHandler('bindings', '', clock), evictionHandler(clock)];
}
