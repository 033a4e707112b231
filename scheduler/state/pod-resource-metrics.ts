import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { podLimits, podRequests } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { parseQuantity } from '../../api/schema/quantity.ts';
import { nextTurn } from '../../base/next-turn.ts';
import type { Document } from '../../runtime/observe/document.ts';

const PODS_PER_PART = 200;

/**
 * Writes upstream's `kube_pod_resource_request` and `kube_pod_resource_limit`: what each pod that has not ended asks of its node by its spec
 * (k8s.io/kubernetes/pkg/scheduler/metrics/resources). Others have their turn of the event loop between parts.
 */
export async function podResourceMetrics(pods: readonly Live<Pod>[]): Promise<Document> {
  const requests = [heading('kube_pod_resource_request', 'Resources that pods request, as the scheduler counts them.')];
  const limits = [heading('kube_pod_resource_limit', 'Limits of the resources of pods, as the scheduler counts them.')];
  for (let from = 0; from < pods.length; from += PODS_PER_PART) {
    if (from > 0) await nextTurn();
    const part = pods.slice(from, from + PODS_PER_PART).filter((pod) => !hasEnded(pod));
    requests.push(part.map((pod) => samples('kube_pod_resource_request', pod, podRequests(asSpecified(pod)))).join(''));
    limits.push(part.map((pod) => samples('kube_pod_resource_limit', pod, podLimits(asSpecified(pod)))).join(''));
  }
  return { contentType: 'text/plain; version=0.0.4; charset=utf-8', parts: [...requests, ...limits] };
}

const heading = (name: string, help: string): string => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;

const hasEnded = ({ spec, status }: Pod): boolean => Boolean(spec?.nodeName) && (status?.phase === 'Succeeded' || status?.phase === 'Failed');

/** Upstream does not count here what a resize has not released yet. */
const asSpecified = ({ metadata, spec }: Live<Pod>): Pod => ({ metadata, spec });

function samples(name: string, { metadata, spec }: Live<Pod>, amounts: Readonly<Record<string, string>>): string {
  let text = '';
  for (const [resource, quantity] of Object.entries(amounts)) {
    const value = Number(parseQuantity(quantity).nanos) / 1e9;
    if (value === 0) continue;
    const labels = {
      namespace: metadata.namespace ?? '',
      pod: metadata.name,
      node: spec?.nodeName ?? '',
      scheduler: spec?.schedulerName ?? '',
      priority: spec?.priority === undefined ? '' : String(spec.priority),
      resource,
      unit: unitOf(resource),
    };
    const shown = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    text += `${name}{${shown.join(',')}} ${value}\n`;
  }
  return text;
}

const BYTES = new Set(['memory', 'storage', 'ephemeral-storage']);

function unitOf(resource: string): string {
  if (resource === 'cpu') return 'cores';
  if (BYTES.has(resource) || resource.startsWith('hugepages-')) return 'bytes';
  return resource.startsWith('attachable-volumes-') ? 'integer' : '';
}
