import type { Kind } from '../../../api/definition/kind.ts';
import type { CrossVersionObjectReference } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/metrics.ts';
import type { PodMetrics } from '../../../api/kinds/metrics/index.ts';
import { podMetrics } from '../../../api/kinds/metrics/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { hasReason, isNotFound, resourceText } from '../../../api/meta/status-error.ts';
import { milliValueOfQuantity } from '../../../api/schema/quantity.ts';
import { parseGoDuration } from '../../../base/go-duration.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { messageOf } from '../../_shared/refusals.ts';
import type { PodMetric, PodValues } from './pod-groups.ts';

/** The metrics APIs as an autoscaler reads them. Values are in thousandths. Functions reject with upstream's words (podautoscaler/metrics/client.go). */
export interface MetricsClient {
  /** @param container the one whose use counts; empty for whole pods */
  resource(namespace: string, selector: string, resource: string, container: string): Promise<PodValues>;
  pods(namespace: string, selector: string, metric: MetricName): Promise<PodValues>;
  object(namespace: string, object: CrossVersionObjectReference, metric: MetricName): Promise<number>;
  external(namespace: string, metric: MetricName): Promise<readonly number[]>;
}

export interface MetricName {
  readonly name: string;
  /** Narrows the metric by its labels; empty text does not. */
  readonly selector: string;
}

/** A value of custom.metrics.k8s.io (v1beta1 and v1beta2) or external.metrics.k8s.io. */
interface MetricValue extends KubeObject {
  readonly describedObject?: { readonly name?: string };
  readonly timestamp?: string | null;
  /** v1beta1 and external metrics call it windowSeconds as well; null if the server does not say. */
  readonly windowSeconds?: number | null;
  readonly value?: string;
}

interface MetricValues {
  readonly items?: readonly MetricValue[] | null;
}

const CUSTOM = 'custom.metrics.k8s.io';
/** In upstream's order of preference. */
const CUSTOM_VERSIONS = ['v1beta2', 'v1beta1'] as const;
const EXTERNAL = { group: 'external.metrics.k8s.io', version: 'v1beta1', kind: 'ExternalMetricValueList', namespaced: true };
const DEFAULT_WINDOW_MS = 60_000;

const millis = ({ value }: MetricValue): number => milliValueOfQuantity(value ?? '0');
const timeOf = (text: string | null | undefined): number => (text ? Date.parse(text) : 0);

/** Whether nothing serves the path: an answer about an object or a metric names it. */
const isUnserved = (error: unknown): boolean => isNotFound(error) && !error.details?.name && !error.details?.causes;

/** Upstream's clients have words of their own for answers that are no Status: of a path that nothing serves, or a server that is away. */
function requestFailure(error: unknown, subject: string): string {
  if (isUnserved(error)) return `the server could not find the requested resource (get ${subject})`;
  if (hasReason(error, 'ServiceUnavailable') && !error.details) return `the server is currently unable to handle the request (get ${subject})`;
  return messageOf(error);
}

/** @param subject the resource that was asked for: `pods.metrics.k8s.io`, with the name of an object if there is one */
async function fetched<T>(api: string, subject: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw new Error(`unable to fetch metrics from ${api} metrics API: ${requestFailure(error, subject)}`);
  }
}

function metricOfContainers(
  { metadata, containers, timestamp, window }: Live<PodMetrics>,
  resource: string,
  container: string,
): PodMetric | undefined {
  const counted = container === '' ? containers : containers.filter(({ name }) => name === container);
  if (container !== '' && counted.length === 0) {
    const why = `container ${container} not present in metrics for pod ${metadata.namespace}/${metadata.name}`;
    throw new Error(`failed to get container metrics: ${why}`);
  }
  if (counted.length === 0) return undefined;
  let value = 0;
  for (const { usage } of counted) {
    const own = usage[resource];
    if (own === undefined) return undefined;
    value += milliValueOfQuantity(own);
  }
  const windowMs = parseGoDuration(window);
  return { value, time: timeOf(timestamp), windowMs: typeof windowMs === 'number' ? windowMs : DEFAULT_WINDOW_MS };
}

/** @param kindOf finds the kind of a reference, if it is served */
export function createMetricsClient(client: Client, kindOf: (reference: CrossVersionObjectReference) => Kind | undefined): MetricsClient {
  let customVersion: (typeof CUSTOM_VERSIONS)[number] | undefined;

  /** Asks the custom metrics API in the version that answered last, or in the first one that is served. */
  async function custom(
    plural: string,
    key: { namespace: string; name: string },
    path: string,
    query: Record<string, string>,
  ): Promise<MetricValues> {
    for (const version of customVersion ? [customVersion] : CUSTOM_VERSIONS) {
      const kind: Kind = { group: CUSTOM, version, kind: 'MetricValueList', plural, namespaced: key.namespace !== '' };
      try {
        const values = await client.getSubresource<MetricValues>(kind, key, path, query);
        customVersion = version;
        return values;
      } catch (error) {
        if (!isUnserved(error)) throw error;
        customVersion = undefined;
      }
    }
    throw new Error(`no custom metrics API (${CUSTOM}) registered`);
  }

  return {
    async resource(namespace, selector, resource, container) {
      const { items } = await fetched('resource', resourceText(podMetrics), client.list(podMetrics, { namespace, labelSelector: selector }));
      if (items.length === 0) throw new Error('no metrics returned from resource metrics API');
      const found = new Map<string, PodMetric>();
      for (const item of items) {
        const metric = metricOfContainers(item, resource, container);
        if (metric) found.set(item.metadata.name, metric);
      }
      return found;
    },
    async pods(namespace, selector, metric) {
      const query = { labelSelector: selector, ...(metric.selector === '' ? {} : { metricLabelSelector: metric.selector }) };
      const { items } = await fetched('custom', `pods.${CUSTOM} *`, custom('pods', { namespace, name: '*' }, metric.name, query));
      if (!items?.length) throw new Error('no metrics returned from custom metrics API');
      return new Map(
        items.map((item) => {
          const windowMs = typeof item.windowSeconds === 'number' ? item.windowSeconds * 1000 : DEFAULT_WINDOW_MS;
          return [item.describedObject?.name ?? '', { value: millis(item), time: timeOf(item.timestamp), windowMs }];
        }),
      );
    },
    async object(namespace, object, metric) {
      const query: Record<string, string> = metric.selector === '' ? {} : { metricLabelSelector: metric.selector };
      const isNamespace = object.kind === 'Namespace' && groupOf(object.apiVersion) === '';
      const kind = isNamespace ? undefined : kindOf(object);
      const ask = () => {
        if (isNamespace) return custom('namespaces', { namespace: '', name: namespace }, `metrics/${metric.name}`, query);
        if (!kind) return Promise.reject(new Error(`unable to map kind ${kindText(object)} to resource: ${noMatch(object)}`));
        return custom(resourceText(kind), { namespace, name: object.name }, metric.name, query);
      };
      const subject = isNamespace ? `metrics.${CUSTOM} ${metric.name}` : `${kind ? resourceText(kind) : ''}.${CUSTOM} ${object.name}`;
      const { items } = await fetched('custom', subject, ask());
      const [only, ...others] = items ?? [];
      if (!only || others.length > 0) {
        const why = `the custom metrics API server returned ${items?.length ?? 0} results when we asked for exactly one`;
        throw new Error(`unable to fetch metrics from custom metrics API: ${why}`);
      }
      return millis(only);
    },
    async external(namespace, { name, selector }) {
      const kind: Kind<MetricValue> = { ...EXTERNAL, plural: name };
      const { items } = await fetched(
        'external',
        `${name}.${EXTERNAL.group}`,
        client.list(kind, { namespace, ...(selector === '' ? {} : { labelSelector: selector }) }),
      );
      if (items.length === 0) throw new Error('no metrics returned from external metrics API');
      return items.map(millis);
    },
  };
}

/** Returns the group of an apiVersion. */
export const groupOf = (apiVersion: string | undefined): string => (apiVersion?.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');

/** Returns Go's text of a group and kind: `Deployment.apps`, or `Service`. */
const kindText = ({ apiVersion, kind }: CrossVersionObjectReference): string => {
  const group = groupOf(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
};

/** Returns upstream's words for a kind that nothing serves. */
export const noMatch = ({ apiVersion, kind }: CrossVersionObjectReference): string =>
  `no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(groupOf(apiVersion))}`;
