import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { checkCsiDriverName } from '../../pod/volume/csi-driver-name.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { boolean, int32, map, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { childPath, rootPath } from '../../validation/field-path.ts';
import { addFaults, IMMUTABLE } from '../../validation/field-rules.ts';
import { subdomainName } from '../../validation/name-rules.ts';
import { checkInlineVolume } from '../core/persistent-volume/rules.ts';
import { PersistentVolumeSpec } from '../core/persistent-volume/schema.ts';

export const VolumeError = struct('VolumeError', 'A failure of attaching or detaching.', {
  errorCode: int32('gRPC code of the error.', { presence: 'pointer' }).tag(3).optional(),
  message: string('The error, in words.').tag(2).optional(),
  time: time('When it happened.', { presence: 'null' }).tag(1).optional(),
});
export type VolumeError = Infer<typeof VolumeError>;

export const VolumeAttachmentSource = struct('VolumeAttachmentSource', 'The volume to attach: one of these.', {
  inlineVolumeSpec: ref(PersistentVolumeSpec, "A volume that stands in a pod's spec.").tag(2).optional(),
  persistentVolumeName: string('Name of a PersistentVolume.', { presence: 'pointer' }).tag(1).optional(),
});
export type VolumeAttachmentSource = Infer<typeof VolumeAttachmentSource>;

export const VolumeAttachmentSpec = struct('VolumeAttachmentSpec', 'A volume, and the node to attach it to.', {
  attacher: string('CSI driver that attaches it.').tag(1),
  nodeName: string('The node.').tag(3),
  source: ref(VolumeAttachmentSource, 'The volume.').tag(2),
});
export type VolumeAttachmentSpec = Infer<typeof VolumeAttachmentSpec>;

export const VolumeAttachmentStatus = struct('VolumeAttachmentStatus', 'State of the attachment.', {
  attachError: ref(VolumeError, 'Last failure to attach.').tag(3).optional(),
  attached: boolean('Whether the volume is attached.').tag(1),
  attachmentMetadata: map(string(), 'What the driver must be told when it mounts the volume.').tag(2).optional(),
  detachError: ref(VolumeError, 'Last failure to detach.').tag(4).optional(),
});
export type VolumeAttachmentStatus = Infer<typeof VolumeAttachmentStatus>;

export const VolumeAttachment = topLevel('VolumeAttachment', 'The wish to attach a volume to a node, or to detach it, if deleted.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(VolumeAttachmentSpec, 'What is wanted. Never changes.').tag(2),
  status: ref(VolumeAttachmentStatus, 'What was last observed; written by the attacher.', { presence: 'filled' }).tag(3).optional(),
});
export type VolumeAttachment = Infer<typeof VolumeAttachment>;

const SPEC = rootPath('spec');
const SOURCE = childPath(SPEC, 'source');
const MAX_MESSAGE = 1024;
const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

function checkSource(errors: FieldError[], { persistentVolumeName: name, inlineVolumeSpec: inline }: VolumeAttachmentSource): void {
  if (inline && name !== undefined && name !== '') errors.push(forbidden('spec.source', ONE_SOURCE));
  if (!inline && name === undefined) errors.push(required('spec.source', ONE_SOURCE));
  if (name !== undefined) {
    if (name === '') errors.push(required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName'));
    addFaults(errors, subdomainName(name, false), name, SOURCE, 'persistentVolumeName');
  } else if (inline) checkInlineVolume(errors, inline, childPath(SOURCE, 'inlineVolumeSpec'));
}

function checkVolumeError(errors: FieldError[], error: VolumeError | undefined, name: string): void {
  if (!error) return;
  const field = `status.${name}`;
  if ((error.message ?? '').length > MAX_MESSAGE)
    errors.push(invalid(`${field}.message`, error.message, `must be ${MAX_MESSAGE} characters or less`));
  if (error.errorCode !== undefined && error.errorCode < 0) {
    errors.push(invalid(`${field}.errorCode`, error.errorCode, 'must be greater than or equal to 0'));
  }
}

function validateStatus(status: VolumeAttachmentStatus | undefined): FieldError[] {
  const errors: FieldError[] = [];
  checkVolumeError(errors, status?.attachError, 'attachError');
  checkVolumeError(errors, status?.detachError, 'detachError');
  return errors;
}

function validate({ spec, status }: VolumeAttachment): FieldError[] {
  const errors: FieldError[] = [];
  checkCsiDriverName(errors, spec.attacher, SPEC, 'attacher');
  checkSource(errors, spec.source);
  addFaults(errors, subdomainName(spec.nodeName, false), spec.nodeName, SPEC, 'nodeName');
  return [...errors, ...validateStatus(status)];
}

/** Upstream shows the spec by the names of its Go fields. */
const shownSpec = ({ attacher, nodeName, source }: VolumeAttachmentSpec) => ({
  Attacher: attacher,
  Source: { PersistentVolumeName: source.persistentVolumeName ?? null, InlineVolumeSpec: source.inlineVolumeSpec ?? null },
  NodeName: nodeName,
});

/** The rules of upstream's pkg/apis/storage/validation and pkg/registry/storage/volumeattachment. */
const volumeAttachmentStrategy: Strategy<VolumeAttachment> = {
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['whole'] },
  prepareForCreate(attachment) {
    attachment.status = { attached: false };
  },
  prepareForUpdate(attachment, old) {
    attachment.status = old.status;
  },
  prepareForStatusUpdate(attachment, old) {
    attachment.spec = old.spec;
    attachment.metadata = {
      ...old.metadata,
      managedFields: attachment.metadata?.managedFields,
      resourceVersion: attachment.metadata?.resourceVersion,
    };
  },
  validate,
  validateUpdate(attachment, old) {
    const errors = validate(attachment);
    if (!semanticEqual(attachment.spec, old.spec)) errors.push(invalid('spec', shownSpec(attachment.spec), IMMUTABLE));
    return errors;
  },
  validateStatusUpdate: ({ status }) => validateStatus(status),
};

const volumeAttachmentColumns: readonly Column<VolumeAttachment>[] = [
  nameColumn,
  { ...shown<VolumeAttachment>('Attacher', 'The CSI driver.', ({ spec }) => spec.attacher), format: 'name' },
  shown('PV', 'The volume.', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  shown('Node', 'The node.', ({ spec }) => spec.nodeName),
  shown('Attached', 'Whether it is attached.', ({ status }) => status?.attached ?? false, 'boolean'),
  ageColumn,
];

export const volumeAttachments = defineKind<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  namespaced: false,
  schema: VolumeAttachment,
  columns: volumeAttachmentColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: volumeAttachmentStrategy,
  deletion: { returnsObject: true },
});
