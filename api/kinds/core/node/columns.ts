import { entriesOf } from '../../../../base/json.ts';
import { ageColumn, nameColumn, shown, wide } from '../../../columns/cells.ts';
import type { Column } from '../../../columns/column.ts';
import type { Live } from '../../../meta/object.ts';
import type { Node } from './schema.ts';

const ROLE_LABEL = 'node-role.kubernetes.io/';

function statusText(node: Node): string {
  const ready = node.status?.conditions?.findLast(({ type }) => type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

function rolesText(node: Live<Node>): string {
  const roles = new Set<string>();
  for (const [label, value] of entriesOf(node.metadata.labels)) {
    if (label.startsWith(ROLE_LABEL) && label.length > ROLE_LABEL.length) roles.add(label.slice(ROLE_LABEL.length));
    else if (label === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return [...roles].sort().join(',') || '<none>';
}

const addressOf = (node: Node, type: string): string => node.status?.addresses?.find((address) => address.type === type)?.address ?? '<none>';

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  shown('Status', 'Whether the node is ready, and takes new pods.', statusText),
  shown('Roles', 'The roles that its labels give it.', rolesText),
  ageColumn,
  shown('Version', 'The version of its agent.', (node) => node.status?.nodeInfo?.kubeletVersion ?? ''),
  wide('Internal-IP', 'Its address within the cluster.', (node) => addressOf(node, 'InternalIP')),
  wide('External-IP', 'Its address from outside.', (node) => addressOf(node, 'ExternalIP')),
  wide('OS-Image', 'Its operating system.', (node) => node.status?.nodeInfo?.osImage || '<unknown>'),
  wide('Kernel-Version', 'Its kernel.', (node) => node.status?.nodeInfo?.kernelVersion || '<unknown>'),
  wide('Container-Runtime', 'What runs its containers.', (node) => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
];
