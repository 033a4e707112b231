import { USER_INFO } from '../../../../api/cel/user-type.ts';
import type { CelType } from '../../../../base/cel/types.ts';
import { BOOL, DYN, INT, listType, mapType, objectType, STRING, TIMESTAMP } from '../../../../base/cel/types.ts';

const structure = (name: string, fields: Readonly<Record<string, CelType>>): CelType =>
  objectType(name, (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined));

const STRINGS = listType(STRING);
const STRING_MAP = mapType(STRING, STRING);

const KIND = structure('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = structure('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING });

/** The type of the variable `request` (k8s.io/apiserver/pkg/admission/plugin/cel, BuildRequestType). */
export const REQUEST = structure('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER_INFO,
  dryRun: BOOL,
  options: DYN,
});

const NAMESPACE_CONDITION = structure('kubernetes.NamespaceCondition', {
  status: STRING,
  type: STRING,
  lastTransitionTime: TIMESTAMP,
  message: STRING,
  reason: STRING,
});

const NAMESPACE_METADATA = structure('kubernetes.NamespaceMetadata', {
  name: STRING,
  generateName: STRING,
  namespace: STRING,
  labels: STRING_MAP,
  annotations: STRING_MAP,
  UID: STRING,
  creationTimestamp: TIMESTAMP,
  deletionGracePeriodSeconds: INT,
  deletionTimestamp: TIMESTAMP,
  generation: INT,
  resourceVersion: STRING,
  finalizers: STRINGS,
});

/** The type of the variable `namespaceObject` (BuildNamespaceType). */
export const NAMESPACE = structure('kubernetes.Namespace', {
  metadata: NAMESPACE_METADATA,
  spec: structure('kubernetes.NamespaceSpec', { finalizers: STRINGS }),
  status: structure('kubernetes.NamespaceStatus', { conditions: listType(NAMESPACE_CONDITION), phase: STRING }),
});
