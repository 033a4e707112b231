import { markAs } from '../../../base/json/long-values.ts';
import { setOwn } from '../../../base/json.ts';
import { defaultEntries } from '../../schema/default-later.ts';
import { roundToMilli } from '../../schema/quantity.ts';
import type { EnvVar } from '../env/env.ts';
import { pullPolicyOf } from '../image/image-reference.ts';
import type { Container, EphemeralContainer } from './container.ts';
import { defaultLifecycle, defaultProbe } from './probe-defaults.ts';

export function defaultContainer(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ||= pullPolicyOf(container.image);
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.resources ??= {};
  roundAmounts(container.resources.limits);
  roundAmounts(container.resources.requests);
  if (container.ports) for (const port of container.ports) port.protocol ||= 'TCP';
  if (container.env) for (const variable of container.env) defaultEnvVar(variable);
  defaultProbe(container.livenessProbe);
  defaultProbe(container.readinessProbe);
  defaultProbe(container.startupProbe);
  defaultLifecycle(container.lifecycle);
}

function defaultEnvVar(variable: EnvVar): void {
  const source = variable.valueFrom;
  if (!source) return;
  if (source.fieldRef) source.fieldRef.apiVersion ||= 'v1';
  if (source.resourceFieldRef) source.resourceFieldRef.divisor ??= '0';
  if (source.fileKeyRef) source.fileKeyRef.optional ??= false;
}

/** On the host's network the host port defaults to the container port. */
export function defaultHostPorts(containers: readonly Container[] | undefined): void {
  for (const container of containers ?? []) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
}

/** Sets omitted requests to the limits (in pods, not in templates). */
export function defaultRequests(containers: readonly Container[] | undefined): void {
  for (const { resources } of containers ?? []) {
    if (!resources?.limits) continue;
    resources.requests ??= {};
    const requests = markAs(resources.requests, resources.limits);
    defaultEntries(resources.limits, (name, limit) => {
      if (limit !== undefined && !Object.hasOwn(requests, name)) setOwn(requests, name, limit);
    });
  }
}

const atLeastMilli = /^\d+(?:[mkMGTPE]|[KMGTPE]i)?$/;

/** Rounds amounts up to thousandths, the finest unit of a resource. */
export function roundAmounts(amounts: Record<string, string> | undefined): void {
  if (amounts === undefined) return;
  defaultEntries(amounts, (name, amount) => {
    if (amount !== undefined && !atLeastMilli.test(amount)) setOwn(amounts, name, roundToMilli(amount));
  });
}
