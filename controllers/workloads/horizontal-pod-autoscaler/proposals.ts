import type { MetricSpec, MetricStatus, MetricTarget } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/metrics.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import { labelSelectorText } from '../../../api/meta/label-selector.ts';
import { milliValueOfQuantity, quantityText } from '../../../api/schema/quantity.ts';
import { selectorFrom, selectorText } from '../../../api/selector/selector.ts';
import { messageOf } from '../../_shared/refusals.ts';
import type { MetricName, MetricsClient } from './metrics-client.ts';
import type { CalculatorInput } from './replica-calculator.ts';
import { replicasByAverage, replicasByShare, replicasByUtilization, replicasByValue } from './replica-calculator.ts';

/** The answer of one metric. */
export type MetricOutcome =
  | { readonly ok: true; readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  | { readonly ok: false; readonly failure: MetricFailure };

export interface MetricFailure {
  /** Of the event and of the condition ScalingActive. */
  readonly reason: string;
  readonly message: string;
  /** The message with the metric that it is about, as the whole autoscaler's failure shows it. */
  readonly summary: string;
  /** The fault is in the autoscaler's spec. */
  readonly ofSpec: boolean;
}

/** The target of an autoscaler, as far as its metrics are concerned. */
export interface ProposalInput extends CalculatorInput {
  readonly namespace: string;
  /** The pods' selector, as text. */
  readonly selector: string;
  /** The pods that there are, as the target's status says. */
  readonly existing: number;
}

type Source<Name extends keyof MetricSpec> = NonNullable<MetricSpec[Name]>;
type Success = Omit<Extract<MetricOutcome, { ok: true }>, 'ok'>;

const amount = (milli: number): string => quantityText({ nanos: BigInt(milli) * 1_000_000n, format: 'DecimalSI' });
const targetOf = (text: string): number => milliValueOfQuantity(text);

const metricName = ({ name, selector }: { readonly name: string; readonly selector?: LabelSelector | undefined }): MetricName => ({
  name,
  selector: selector ? selectorText(selectorFrom(selector)) : '',
});
const identifier = ({ name, selector }: { readonly name: string; readonly selector?: LabelSelector | undefined }) => ({
  name,
  ...(selector ? { selector } : {}),
});
/** The selector of a metric as Go prints it. */
const printed = (selector: LabelSelector | undefined): string => (selector ? labelSelectorText(selector) : 'nil');

/** Adds words before the message of what a promise rejects with. */
async function explained<T>(words: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${words}: ${messageOf(error)}`);
  }
}

/** The use of a resource: of whole pods, or of one of their containers. */
async function ofResource(metrics: MetricsClient, input: ProposalInput, resource: string, container: string, target: MetricTarget) {
  const values = () =>
    explained(`unable to get metrics for resource ${resource}`, metrics.resource(input.namespace, input.selector, resource, container));
  const { averageValue, averageUtilization } = target;
  if (averageValue !== undefined) {
    const calculate = async () => replicasByAverage(input, await values(), targetOf(averageValue), resource);
    const { replicas, usage } = await explained(`failed to get ${resource} usage`, calculate());
    return { replicas, name: `${resource} resource`, current: { averageValue: amount(usage) } };
  }
  if (averageUtilization === undefined) {
    throw new Error('invalid resource metric source: neither an average utilization target nor an average value (usage) target was set');
  }
  const calculate = async () => replicasByUtilization(input, await values(), { resource, container, utilization: averageUtilization });
  const { replicas, usage, utilization } = await explained(`failed to get ${resource} utilization`, calculate());
  const name = `${resource} ${container === '' ? '' : 'container '}resource utilization (percentage of request)`;
  return { replicas, name, current: { averageUtilization: utilization, averageValue: amount(usage) } };
}

async function resourceProposal(metrics: MetricsClient, input: ProposalInput, { name: resource, target }: Source<'resource'>): Promise<Success> {
  const { replicas, name, current } = await ofResource(metrics, input, resource, '', target);
  return { replicas, name, status: { type: 'Resource', resource: { name: resource, current } } };
}

async function containerProposal(metrics: MetricsClient, input: ProposalInput, source: Source<'containerResource'>): Promise<Success> {
  const { name: resource, container, target } = source;
  const { replicas, name, current } = await ofResource(metrics, input, resource, container, target);
  return { replicas, name, status: { type: 'ContainerResource', containerResource: { name: resource, container, current } } };
}

async function podsProposal(metrics: MetricsClient, input: ProposalInput, { metric, target }: Source<'pods'>): Promise<Success> {
  const values = await explained(`unable to get metric ${metric.name}`, metrics.pods(input.namespace, input.selector, metricName(metric)));
  const { replicas, usage } = replicasByAverage(input, values, targetOf(target.averageValue ?? '0'));
  const status: MetricStatus = { type: 'Pods', pods: { metric: identifier(metric), current: { averageValue: amount(usage) } } };
  return { replicas, name: `pods metric ${metric.name}`, status };
}

async function objectProposal(metrics: MetricsClient, input: ProposalInput, source: Source<'object'>): Promise<Success> {
  const { describedObject, metric, target } = source;
  const { namespace, tolerances, existing } = input;
  const usageOf = async () => {
    try {
      return await metrics.object(namespace, describedObject, metricName(metric));
    } catch (error) {
      // In this order upstream.
      throw new Error(`unable to get metric ${metric.name}: ${describedObject.kind} on ${namespace} ${describedObject.name}/${messageOf(error)}`);
    }
  };
  if (target.type === 'Value' && target.value !== undefined) {
    const { replicas, usage } = replicasByValue(input, await usageOf(), targetOf(target.value));
    const status: MetricStatus = { type: 'Object', object: { describedObject, metric: identifier(metric), current: { value: amount(usage) } } };
    return { replicas, name: `${describedObject.kind} metric ${metric.name}`, status };
  }
  if (target.type === 'AverageValue' && target.averageValue !== undefined) {
    const total = await explained(`failed to get ${metric.name} object metric`, usageOf());
    const { replicas, usage } = replicasByShare(existing, tolerances, total, targetOf(target.averageValue));
    // Upstream leaves the object out here.
    const object = { describedObject: { kind: '', name: '' }, metric: identifier(metric), current: { averageValue: amount(usage) } };
    return { replicas, name: `external metric ${metric.name}(${printed(metric.selector)})`, status: { type: 'Object', object } };
  }
  throw new Error('invalid object metric source: neither a value target nor an average value target was set');
}

async function externalProposal(metrics: MetricsClient, input: ProposalInput, { metric, target }: Source<'external'>): Promise<Success> {
  const { namespace, tolerances, existing } = input;
  const usageOf = async () => {
    const words = `unable to get external metric ${namespace}/${metric.name}/${printed(metric.selector)}`;
    return (await explained(words, metrics.external(namespace, metricName(metric)))).reduce((sum, value) => sum + value, 0);
  };
  const name = `external metric ${metric.name}(${printed(metric.selector)})`;
  const { averageValue, value } = target;
  if (averageValue !== undefined) {
    const total = await explained(`failed to get ${metric.name} external metric`, usageOf());
    const { replicas, usage } = replicasByShare(existing, tolerances, total, targetOf(averageValue));
    return { replicas, name, status: { type: 'External', external: { metric: identifier(metric), current: { averageValue: amount(usage) } } } };
  }
  if (value !== undefined) {
    const calculate = async () => replicasByValue(input, await usageOf(), targetOf(value));
    const { replicas, usage } = await explained(`failed to get external metric ${metric.name}`, calculate());
    return { replicas, name, status: { type: 'External', external: { metric: identifier(metric), current: { value: amount(usage) } } } };
  }
  throw new Error('invalid external metric source: neither a value target nor an average value target was set');
}

/** The reading of a metric, with the reason of its failure and the words before that in a summary. */
interface Attempt {
  readonly run: Promise<Success>;
  readonly reason: string;
  readonly summary: string;
}

function attempt(metrics: MetricsClient, input: ProposalInput, spec: MetricSpec): Attempt | undefined {
  const { type, resource, containerResource, pods, object, external } = spec;
  if (type === 'Resource' && resource) {
    const summary = `failed to get ${resource.name} resource metric value`;
    return { run: resourceProposal(metrics, input, resource), reason: 'FailedGetResourceMetric', summary };
  }
  if (type === 'ContainerResource' && containerResource) {
    const summary = `failed to get ${containerResource.container} container metric value`;
    return { run: containerProposal(metrics, input, containerResource), reason: 'FailedGetContainerResourceMetric', summary };
  }
  if (type === 'Pods' && pods) {
    return { run: podsProposal(metrics, input, pods), reason: 'FailedGetPodsMetric', summary: 'failed to get pods metric value' };
  }
  if (type === 'Object' && object) {
    return { run: objectProposal(metrics, input, object), reason: 'FailedGetObjectMetric', summary: 'failed to get object metric value' };
  }
  if (type === 'External' && external) {
    const summary = `failed to get ${external.metric.name} external metric value`;
    return { run: externalProposal(metrics, input, external), reason: 'FailedGetExternalMetric', summary };
  }
  return undefined;
}

/** Reads a metric and computes the number of pods that it asks for. It never rejects: a failure is an outcome. */
export async function proposalOf(metrics: MetricsClient, input: ProposalInput, spec: MetricSpec): Promise<MetricOutcome> {
  const trial = attempt(metrics, input, spec);
  if (!trial) {
    const message = `unknown metric source type ${JSON.stringify(spec.type)}`;
    return { ok: false, failure: { reason: 'InvalidMetricSourceType', message, summary: message, ofSpec: true } };
  }
  try {
    return { ok: true, ...(await trial.run) };
  } catch (error) {
    const message = messageOf(error);
    return { ok: false, failure: { reason: trial.reason, message, summary: `${trial.summary}: ${message}`, ofSpec: false } };
  }
}
