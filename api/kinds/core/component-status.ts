import { nameColumn, shown } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { listMap, ref, string, struct, topLevel } from '../../schema/fields.ts';

export const ComponentCondition = struct('ComponentCondition', 'Health of a component.', {
  error: string('Error of the last check.').tag(4).optional(),
  message: string('Answer to the last check.').tag(3).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Healthy.', { goType: 'ComponentConditionType' }).tag(1),
});
export type ComponentCondition = Infer<typeof ComponentCondition>;

export const ComponentStatus = topLevel('ComponentStatus', 'Health of a part of the control plane. Deprecated since v1.19.', {
  conditions: listMap(ComponentCondition, ['type'], 'Conditions that were observed.').tag(2).optional(),
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
});
export type ComponentStatus = Infer<typeof ComponentStatus>;

const HEALTH: Readonly<Record<string, string>> = { True: 'Healthy', False: 'Unhealthy' };

const healthOf = ({ conditions }: Live<ComponentStatus>) => conditions?.find(({ type }) => type === 'Healthy');

/** Found out on each request, never stored: it can be read, not watched or written. */
export const componentStatuses = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  schema: ComponentStatus,
  columns: [
    nameColumn,
    shown<ComponentStatus>('Status', 'Status of the component conditions', (of) => HEALTH[healthOf(of)?.status ?? ''] ?? 'Unknown'),
    shown<ComponentStatus>('Message', 'Message of the component conditions', (of) => healthOf(of)?.message ?? ''),
    shown<ComponentStatus>('Error', 'Error of the component conditions', (of) => healthOf(of)?.error ?? ''),
  ],
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
});
