import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';

/**
 * The variables by which a pod finds services (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables):
 * those of its namespace where it wants links, and `default/kubernetes` always.
 */
export function serviceEnvironment(services: readonly Live<Service>[], namespace: string, links: boolean): Map<string, string> {
  const variables = new Map<string, string>();
  const visible = services.filter(({ metadata, spec }) => {
    if (!spec?.clusterIP || spec.clusterIP === 'None') return false;
    const master = metadata.namespace === 'default' && metadata.name === 'kubernetes';
    return master || (links && metadata.namespace === namespace);
  });
  // A service of the pod's own namespace hides the master service of the same name.
  visible.sort((a, b) => Number(a.metadata.namespace === namespace) - Number(b.metadata.namespace === namespace));
  for (const service of visible) for (const [name, value] of variablesOf(service)) variables.set(name, value);
  return variables;
}

const variableName = (text: string): string => text.toUpperCase().replaceAll('-', '_');

function variablesOf({ metadata, spec }: Live<Service>): [string, string][] {
  const [first] = spec?.ports ?? [];
  if (!first) return [];
  const prefix = variableName(metadata.name);
  const ip = spec?.clusterIP ?? '';
  const host = ip.includes(':') ? `[${ip}]` : ip;
  const urlOf = (port: typeof first) => `${(port.protocol ?? 'TCP').toLowerCase()}://${host}:${port.port}`;
  const variables: [string, string][] = [
    [`${prefix}_SERVICE_HOST`, ip],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
  ];
  for (const port of spec?.ports ?? []) if (port.name) variables.push([`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port)]);
  variables.push([`${prefix}_PORT`, urlOf(first)]);
  for (const port of spec?.ports ?? []) {
    const name = `${prefix}_PORT_${port.port}_${(port.protocol ?? 'TCP').toUpperCase()}`;
    variables.push([name, urlOf(port)], [`${name}_PROTO`, (port.protocol ?? 'TCP').toLowerCase()]);
    variables.push([`${name}_PORT`, String(port.port)], [`${name}_ADDR`, ip]);
  }
  return variables;
}
