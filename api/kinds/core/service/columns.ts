import { ageColumn, labelsText, nameColumn, shown, wide } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import type { Service } from './schema.ts';

function externalAddress(service: Service): string {
  const { type, externalIPs = [], externalName = '' } = service.spec ?? {};
  if (type === 'ExternalName') return externalName;
  if (type !== 'LoadBalancer') return externalIPs.join(',') || '<none>';
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const balanced = [...new Set(ingress.map(({ ip, hostname }) => ip || hostname || '').filter((address) => address !== ''))].sort();
  return [...balanced, ...externalIPs].join(',') || '<pending>';
}

function portsText(service: Service): string {
  const ports = (service.spec?.ports ?? []).map(({ port, nodePort, protocol }) => `${nodePort ? `${port}:${nodePort}` : port}/${protocol ?? 'TCP'}`);
  return ports.join(',') || '<none>';
}

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  shown('Type', 'How the service is reached from outside.', (service) => service.spec?.type ?? ''),
  shown('Cluster-IP', 'The address under which pods reach it.', (service) => service.spec?.clusterIPs?.[0] ?? service.spec?.clusterIP ?? '<none>'),
  shown('External-IP', 'The addresses under which it is reached from outside.', externalAddress),
  shown('Port(s)', 'Its ports, each with the node port where there is one.', portsText),
  ageColumn,
  wide('Selector', 'The labels of the pods behind it.', (service) => labelsText(service.spec?.selector)),
];
