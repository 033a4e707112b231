import { ageColumn, containerImages, containerNames, labelsText, nameColumn, shown, wide } from '../columns/cells.ts';
import type { Column } from '../columns/column.ts';
import type { PodTemplate } from '../kinds/core/pod-template.ts';
import type { ReplicationController } from '../kinds/core/replication-controller.ts';

export const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  nameColumn,
  shown('Desired', 'How many pods are asked for.', (rc) => rc.spec?.replicas ?? 0, 'integer'),
  shown('Current', 'How many pods there are.', (rc) => rc.status?.replicas ?? 0, 'integer'),
  shown('Ready', 'How many of them are ready.', (rc) => rc.status?.readyReplicas ?? 0, 'integer'),
  ageColumn,
  wide('Containers', 'The containers of the template.', (rc) => containerNames(rc.spec ?? {})),
  wide('Images', 'Their images.', (rc) => containerImages(rc.spec ?? {})),
  wide('Selector', 'The labels of the pods it counts.', (rc) => labelsText(rc.spec?.selector)),
];

export const podTemplateColumns: readonly Column<PodTemplate>[] = [
  nameColumn,
  shown('Containers', 'The containers of the template.', (template) => containerNames(template)),
  shown('Images', 'Their images.', (template) => containerImages(template)),
  shown('Pod Labels', 'The labels its pods get.', (template) => labelsText(template.template?.metadata?.labels)),
];
