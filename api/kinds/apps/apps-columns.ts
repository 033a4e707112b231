import { ageColumn, containerImages, containerNames, nameColumn, selectorText, shown, wide } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { Live } from '../../meta/object.ts';
import type { ControllerRevision } from './controller-revision.ts';
import type { Deployment } from './deployment.ts';
import type { ReplicaSet } from './replica-set.ts';

type Templated = Deployment | ReplicaSet;

const templateColumns = <T extends Templated>(): readonly Column<T>[] => [
  wide('Containers', 'The containers of the template.', (object) => containerNames(object.spec ?? {})),
  wide('Images', 'Their images.', (object) => containerImages(object.spec ?? {})),
  wide('Selector', 'The labels of the pods it counts.', (object) => selectorText(object.spec?.selector)),
];

export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  shown('Ready', 'How many pods are ready, of how many asked for.', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  shown('Up-to-date', 'How many pods have the template of now.', ({ status }) => status?.updatedReplicas ?? 0),
  shown('Available', 'How many pods have been ready for long enough.', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn,
  ...templateColumns<Deployment>(),
];

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  shown('Desired', 'How many pods are asked for.', (set) => set.spec?.replicas ?? 0, 'integer'),
  shown('Current', 'How many pods there are.', (set) => set.status?.replicas ?? 0, 'integer'),
  shown('Ready', 'How many of them are ready.', (set) => set.status?.readyReplicas ?? 0, 'integer'),
  ageColumn,
  ...templateColumns<ReplicaSet>(),
];

/** `replicaset.apps/web`, or `<none>`. */
function controllerText({ metadata }: Live<ControllerRevision>): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return '<none>';
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${(group ? `${owner.kind}.${group}` : owner.kind).toLowerCase()}/${owner.name}`;
}

export const controllerRevisionColumns: readonly Column<ControllerRevision>[] = [
  nameColumn,
  shown('Controller', 'What the revision is of.', controllerText),
  shown('Revision', 'Its number.', (revision) => revision.revision),
  ageColumn,
];
