import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { ingressStrategy } from './rules.ts';
import type { IngressRule, IngressTLS } from './schema.ts';
import { Ingress } from './schema.ts';

export { Ingress } from './schema.ts';

const MOST_HOSTS = 3;
const NONE = '<none>';

/** Returns the hosts of the rules, the first three of them; `*` if they name none. */
export function hostsText(rules: readonly IngressRule[]): string {
  const hosts = rules.flatMap(({ host }) => (host ? [host] : []));
  if (hosts.length === 0) return '*';
  const text = hosts.slice(0, MOST_HOSTS).join(',');
  return hosts.length > MOST_HOSTS ? `${text} + ${hosts.length - MOST_HOSTS} more...` : text;
}

const portsText = (tls: readonly IngressTLS[] | undefined): string => (tls?.length ? '80, 443' : '80');

const addressesText = ({ status }: Ingress): string => {
  const addresses = status?.loadBalancer?.ingress?.map(({ ip, hostname }) => ip || hostname || '') ?? [];
  return [...new Set(addresses.filter((address) => address !== ''))].sort().join(',');
};

const ingressColumns: readonly Column<Ingress>[] = [
  nameColumn,
  shown('Class', 'The class, which names the controller.', ({ spec }) => spec?.ingressClassName ?? NONE),
  shown('Hosts', 'The hosts of the rules.', ({ spec }) => hostsText(spec?.rules ?? [])),
  shown('Address', 'Where the load balancer takes requests.', addressesText),
  shown('Ports', 'The ports of the load balancer.', ({ spec }) => portsText(spec?.tls)),
  ageColumn,
];

export const ingresses = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  singular: 'ingress',
  namespaced: true,
  shortNames: ['ing'],
  schema: Ingress,
  columns: ingressColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: ingressStrategy,
});
