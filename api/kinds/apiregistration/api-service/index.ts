import { ageColumn, nameColumn, shown } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import { defineKind } from '../../../definition/kind.ts';
import { availabilityOf } from './conditions.ts';
import { apiServiceStrategy } from './rules.ts';
import { APIService } from './schema.ts';

function availableText(apiService: APIService): string {
  const { status = 'Unknown', reason = '' } = availabilityOf(apiService) ?? {};
  return status === 'True' || reason === '' ? status : `${status} (${reason})`;
}

const apiServiceColumns: readonly Column<APIService>[] = [
  nameColumn,
  shown('Service', 'The Service in front of the API server; Local, if it is this one.', ({ spec }) =>
    spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local',
  ),
  shown('Available', 'Whether the API server can be reached.', availableText),
  ageColumn,
];

export const apiServices = defineKind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  namespaced: false,
  categories: ['api-extensions'],
  schema: APIService,
  columns: apiServiceColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  storagePrefix: 'apiregistration.k8s.io/apiservices',
  strategy: apiServiceStrategy,
  scheme: 'k8s.io/kube-aggregator/pkg/apiserver/scheme/scheme.go:28',
});

export type { Availability } from './conditions.ts';
export { isAvailable, LOCAL, withAvailability } from './conditions.ts';
export type { APIServiceSpec } from './schema.ts';
export { APIService } from './schema.ts';
