import { ageColumn, firstThree, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { ConfigMap } from './config-map.ts';
import type { Endpoints } from './endpoints.ts';
import type { Namespace } from './namespace.ts';
import type { ResourceQuota } from './resource-quota.ts';
import type { Secret } from './secret.ts';
import type { ServiceAccount } from './service-account.ts';

const size = (map: object | undefined): number => Object.keys(map ?? {}).length;

export const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn,
  shown('Data', 'How many entries it has.', (map) => size(map.data) + size(map.binaryData)),
  ageColumn,
];

export const secretColumns: readonly Column<Secret>[] = [
  nameColumn,
  shown('Type', 'What the secret is for.', (secret) => secret.type ?? ''),
  shown('Data', 'How many entries it has.', (secret) => size(secret.data)),
  ageColumn,
];

export const serviceAccountColumns: readonly Column<ServiceAccount>[] = [nameColumn, ageColumn];

export const namespaceColumns: readonly Column<Namespace>[] = [
  nameColumn,
  shown('Status', 'Active, or Terminating.', (namespace) => namespace.status?.phase ?? ''),
  ageColumn,
];

const hostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

function endpointsText({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>';
  const texts = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  );
  return firstThree(texts, '');
}

export const endpointsColumns: readonly Column<Endpoints>[] = [
  nameColumn,
  shown('Endpoints', 'The addresses that are ready, with their ports.', endpointsText),
  ageColumn,
];

/** `pods: 3/10, …` by resource name, of those that `limits.` starts or of the others. */
function quotaText({ status }: ResourceQuota, limits: boolean): string {
  const names = Object.keys(status?.hard ?? {}).filter((name) => name.startsWith('limits.') === limits);
  return names
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name] ?? '0'}`)
    .join(', ');
}

export const resourceQuotaColumns: readonly Column<ResourceQuota>[] = [
  nameColumn,
  shown('Request', 'What is used of what may be requested or counted.', (quota) => quotaText(quota, false)),
  shown('Limit', 'What is used of what may be set as limits.', (quota) => quotaText(quota, true)),
  ageColumn,
];
