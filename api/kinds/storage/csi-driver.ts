import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, duplicate, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int64, namedString, ref, setList, string, struct, topLevel } from '../../schema/fields.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import { checkImmutable } from '../../validation/field-rules.ts';

const CSITokenRequest = struct(
  'StorageTokenRequest',
  'A service account token that the driver gets for each pod.',
  {
    audience: string('Audience of the token; that of the API server, if empty.').tag(1),
    expirationSeconds: int64('Life of the token in seconds.', { presence: 'pointer' }).tag(2).optional(),
  },
  { goType: 'TokenRequest' },
);
type CSITokenRequest = Infer<typeof CSITokenRequest>;

export const CSIDriverSpec = struct('CSIDriverSpec', 'The capabilities and needs of a CSI driver.', {
  attachRequired: boolean('Whether volumes are attached to nodes before they are mounted. True, if left out.', { presence: 'pointer' })
    .tag(1)
    .optional(),
  fsGroupPolicy: string("File, None or ReadWriteOnceWithFSType: how the pod's fsGroup applies. ReadWriteOnceWithFSType, if left out.", {
    presence: 'pointer',
    goType: 'FSGroupPolicy',
  })
    .tag(5)
    .optional(),
  nodeAllocatableUpdatePeriodSeconds: int64('Seconds between updates of the number of volumes that a node takes; none, if left out.', {
    presence: 'pointer',
  })
    .tag(9)
    .optional(),
  podInfoOnMount: boolean('Whether the driver is told the pod that it mounts for. False, if left out.', { presence: 'pointer' }).tag(2).optional(),
  preventPodSchedulingIfMissing: boolean('Whether pods stay off nodes without the driver.', { presence: 'pointer' }).tag(11).optional(),
  requiresRepublish: boolean('Whether the driver is called again and again while a volume is mounted.', { presence: 'pointer' }).tag(7).optional(),
  seLinuxMount: boolean('Whether the driver mounts with an SELinux context.', { presence: 'pointer' }).tag(8).optional(),
  serviceAccountTokenInSecrets: boolean("Whether tokens come among the secrets, not the volume's context.", { presence: 'pointer' })
    .tag(10)
    .optional(),
  storageCapacity: boolean('Whether the scheduler considers CSIStorageCapacity objects. False, if left out.', { presence: 'pointer' })
    .tag(4)
    .optional(),
  tokenRequests: atomicList(CSITokenRequest, 'Tokens of the pod that the driver gets.').tag(6).optional(),
  volumeLifecycleModes: setList(namedString('VolumeLifecycleMode'), 'Persistent, Ephemeral or both. Persistent, if left out.').tag(3).optional(),
});
export type CSIDriverSpec = Infer<typeof CSIDriverSpec>;

export const CSIDriver = topLevel('CSIDriver', 'A CSI driver that is installed on the cluster, named as the driver is.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(CSIDriverSpec, 'What the driver can do.').tag(2),
});
export type CSIDriver = Infer<typeof CSIDriver>;

const SPEC = rootPath('spec');
const FS_GROUP_POLICIES: readonly string[] = ['File', 'None', 'ReadWriteOnceWithFSType'];
const LIFECYCLE_MODES: readonly string[] = ['Persistent', 'Ephemeral'];
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const MIN_UPDATE_PERIOD_SECONDS = 10;

function checkTokenRequests(errors: FieldError[], requests: readonly CSITokenRequest[]): void {
  const audiences = new Set<string>();
  requests.forEach(({ audience, expirationSeconds }, index) => {
    const path = indexPath(childPath(SPEC, 'tokenRequests'), index);
    if (audiences.has(audience)) errors.push(duplicate(pathText(path, 'audience'), audience));
    audiences.add(audience);
    if (expirationSeconds === undefined) return;
    const field = pathText(path, 'expirationSeconds');
    if (expirationSeconds < MIN_TOKEN_SECONDS) errors.push(invalid(field, expirationSeconds, 'may not specify a duration less than 10 minutes'));
    if (expirationSeconds > MAX_TOKEN_SECONDS) errors.push(invalid(field, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  });
}

function validate({ spec }: CSIDriver): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.attachRequired === undefined) errors.push(required('spec.attachedRequired'));
  if (spec.podInfoOnMount === undefined) errors.push(required('spec.podInfoOnMount'));
  if (spec.storageCapacity === undefined) errors.push(required('spec.storageCapacity'));
  if (spec.fsGroupPolicy !== undefined && !FS_GROUP_POLICIES.includes(spec.fsGroupPolicy)) {
    errors.push(notSupported('spec.fsGroupPolicy', spec.fsGroupPolicy, FS_GROUP_POLICIES));
  }
  checkTokenRequests(errors, spec.tokenRequests ?? []);
  checkEach(spec.volumeLifecycleModes ?? [], (mode) => {
    if (!LIFECYCLE_MODES.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLE_MODES));
  });
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < MIN_UPDATE_PERIOD_SECONDS) {
    errors.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds'));
  }
  return errors;
}

/** The rules of upstream's pkg/apis/storage/validation and pkg/registry/storage/csidriver. */
const csiDriverStrategy: Strategy<CSIDriver> = {
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['change'] },
  default({ spec }) {
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  validate,
  validateUpdate(driver, old) {
    const errors = validate(driver);
    checkImmutable(errors, driver.spec.attachRequired, old.spec.attachRequired, 'spec.attachedRequired');
    checkImmutable(errors, driver.spec.volumeLifecycleModes, old.spec.volumeLifecycleModes, 'spec.volumeLifecycleModes');
    return errors;
  },
};

const csiDriverColumns: readonly Column<CSIDriver>[] = [
  nameColumn,
  shown('AttachRequired', 'Whether volumes are attached first.', ({ spec }) => spec.attachRequired ?? true, 'boolean'),
  shown('PodInfoOnMount', 'Whether the driver is told the pod.', ({ spec }) => spec.podInfoOnMount ?? false, 'boolean'),
  shown('StorageCapacity', 'Whether the scheduler considers its capacity.', ({ spec }) => spec.storageCapacity ?? false, 'boolean'),
  shown('TokenRequests', 'Audiences of the tokens that it gets.', ({ spec }) =>
    spec.tokenRequests === undefined ? '<unset>' : spec.tokenRequests.map(({ audience }) => audience).join(','),
  ),
  shown('RequiresRepublish', 'Whether it is called again and again.', ({ spec }) => spec.requiresRepublish ?? false, 'boolean'),
  shown('Modes', 'The kinds of volumes that it serves.', ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || '<none>'),
  ageColumn,
];

export const csiDrivers = defineKind<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  namespaced: false,
  schema: CSIDriver,
  columns: csiDriverColumns,
  strategy: csiDriverStrategy,
  deletion: { returnsObject: true },
});
