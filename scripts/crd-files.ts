import { stringify } from 'yaml';
import { conceptQuotas as resourceQuotas } from '../api/concepts/resource-quota.ts';
import { conceptServices as services } from '../api/concepts/service.ts';
import {
  conceptDeployments as deployments,
  conceptReplicaSets as replicaSets,
  conceptReplicationControllers as replicationControllers,
} from '../api/concepts/workloads.ts';
import { crdFromKind } from '../api/crd/crd-from-kind.ts';
import type { KindDefinition } from '../api/definition/kind.ts';
import type { CustomResourceColumnDefinition } from '../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { withRules } from './crd-rules/index.ts';

export const CONCEPTS_GROUP = 'skiff.dev';
export const CONCEPTS_VERSION = 'v1';

const column = (name: string, jsonPath: string, type = 'integer', priority?: number): CustomResourceColumnDefinition => ({
  name,
  type,
  jsonPath,
  ...(priority === undefined ? {} : { priority }),
});
const AGE = column('Age', '.metadata.creationTimestamp', 'date');
/** A column of `-o wide`. */
const wide = (name: string, jsonPath: string): CustomResourceColumnDefinition => column(name, jsonPath, 'string', 1);
/** Columns of custom resources show the first value that a path finds: here those of the first container. */
const containerColumns = [wide('Containers', '.spec.template.spec.containers[0].name'), wide('Images', '.spec.template.spec.containers[0].image')];
const replicaColumns = [column('Desired', '.spec.replicas'), column('Current', '.status.replicas'), column('Ready', '.status.readyReplicas'), AGE];

/** The five concepts: short name, and those of their columns that a JSON path can express. */
const concepts: readonly (readonly [KindDefinition, string, readonly CustomResourceColumnDefinition[]])[] = [
  [replicationControllers, 'src', [...replicaColumns, ...containerColumns, wide('Selector', '.spec.selector')]],
  [replicaSets, 'srs', [...replicaColumns, ...containerColumns, wide('Selector', '.spec.selector.matchLabels')]],
  [
    deployments,
    'sdep',
    [
      column('Desired', '.spec.replicas'),
      column('Ready', '.status.readyReplicas'),
      column('Up-to-date', '.status.updatedReplicas'),
      column('Available', '.status.availableReplicas'),
      AGE,
      ...containerColumns,
      wide('Selector', '.spec.selector.matchLabels'),
    ],
  ],
  [
    services,
    'ssvc',
    [
      column('Type', '.spec.type', 'string'),
      column('Cluster-IP', '.status.clusterIP', 'string'),
      column('External-IP', '.status.loadBalancer.ingress[0].ip', 'string'),
      column('Port', '.spec.ports[0].port'),
      AGE,
      wide('Selector', '.spec.selector'),
    ],
  ],
  [resourceQuotas, 'squota', [column('Used', '.status.used', 'string'), column('Hard', '.status.hard', 'string'), AGE]],
];

/** Returns the manifests under crds/, by file name. */
export function crdFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [kind, shortName, columns] of concepts) {
    const crd = withRules(
      crdFromKind(kind, { group: CONCEPTS_GROUP, version: CONCEPTS_VERSION, columns, shortNames: [shortName], categories: ['skiff'] }),
    );
    const note = '# Made by `npm run generate` from the definitions under api/. Change those instead.\n';
    files.set(`${CONCEPTS_GROUP}_${kind.plural}.yaml`, note + stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false }));
  }
  return files;
}
