import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import type { Live } from '../../meta/object.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { checkCsiDriverName } from '../../pod/volume/csi-driver-name.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, duplicate, invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, int32, listMap, ref, string, struct, topLevel } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, checkNonNegative, IMMUTABLE } from '../../validation/field-rules.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';

export const VolumeNodeResources = struct('VolumeNodeResources', 'The number of volumes that a node takes.', {
  count: int32('Most volumes of the driver that the node takes; no limit, if left out.', { presence: 'pointer' }).tag(1).optional(),
});
export type VolumeNodeResources = Infer<typeof VolumeNodeResources>;

export const CSINodeDriver = struct('CSINodeDriver', 'A CSI driver on a node.', {
  allocatable: ref(VolumeNodeResources, 'How many of its volumes the node takes.').tag(4).optional(),
  name: string('Name of the driver.').tag(1),
  nodeID: string("The driver's own name for the node.").tag(2),
  topologyKeys: atomicList(string(), 'Labels of the node that say where its volumes can be reached.', { presence: 'null' }).tag(3).optional(),
});
export type CSINodeDriver = Infer<typeof CSINodeDriver>;

export const CSINodeSpec = struct('CSINodeSpec', 'The CSI drivers on a node.', {
  drivers: listMap(CSINodeDriver, ['name'], 'The drivers.', { presence: 'null' }).tag(1),
});
export type CSINodeSpec = Infer<typeof CSINodeSpec>;

export const CSINode = topLevel('CSINode', 'The CSI drivers on a node, of whose name it is.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(CSINodeSpec, 'The drivers.').tag(2),
});
export type CSINode = Infer<typeof CSINode>;

const DRIVERS = childPath(rootPath('spec'), 'drivers');
const MAX_NODE_ID_TEXT = 'must be 256 characters or less';
const LONGEST_NODE_ID = 256;

function checkDriver(errors: FieldError[], driver: CSINodeDriver, names: Set<string>, path: FieldPath): void {
  checkCsiDriverName(errors, driver.name, path, 'name');
  if (driver.nodeID === '') errors.push(required(pathText(path, 'nodeID')));
  if (driver.nodeID.length > LONGEST_NODE_ID) errors.push(invalid(pathText(path, 'nodeID'), driver.nodeID, MAX_NODE_ID_TEXT));
  checkNonNegative(errors, driver.allocatable?.count, path, 'allocatable.count');
  if (names.has(driver.name)) errors.push(duplicate(pathText(path, 'name'), driver.name));
  names.add(driver.name);
  const keys = new Set<string>();
  checkEach(driver.topologyKeys ?? [], (key) => {
    if (key === '') errors.push(required(pathText(path), key));
    if (keys.has(key)) errors.push(duplicate(pathText(path, 'topologyKeys'), key));
    keys.add(key);
    addFaults(errors, qualifiedNameFaults(key), key, path);
  });
}

function validate({ spec }: CSINode): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  (spec.drivers ?? []).forEach((driver, index) => {
    checkDriver(errors, driver, names, indexPath(DRIVERS, index));
  });
  return errors;
}

/** Upstream shows a driver by the names of its Go fields, without the number of volumes, which may change. */
const shownDriver = ({ name, nodeID, topologyKeys }: CSINodeDriver) => ({
  Name: name,
  NodeID: nodeID,
  TopologyKeys: topologyKeys ?? null,
  Allocatable: null,
});

/** A driver may come and go, and change the number of volumes, but nothing else. */
function checkDriversKept(errors: FieldError[], next: CSINode, old: Live<CSINode>): void {
  const drivers = new Map(next.spec.drivers?.map((driver) => [driver.name, driver]));
  for (const before of old.spec.drivers ?? []) {
    const driver = drivers.get(before.name);
    if (!driver || semanticEqual({ ...driver, allocatable: undefined }, { ...before, allocatable: undefined })) continue;
    errors.push(invalid('spec.drivers', shownDriver(driver), IMMUTABLE));
  }
}

/** The rules of upstream's pkg/apis/storage/validation. */
const csiNodeStrategy: Strategy<CSINode> = {
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['whole'] },
  validate,
  validateUpdate(node, old) {
    const errors = validate(node);
    checkDriversKept(errors, node, old);
    return errors;
  },
};

export const csiNodes = defineKind<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  namespaced: false,
  schema: CSINode,
  columns: [nameColumn, shown('Drivers', 'The number of drivers.', ({ spec }) => spec.drivers?.length ?? 0, 'integer'), ageColumn],
  strategy: csiNodeStrategy,
  deletion: { returnsObject: true },
});
