import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { boolean, bytes, int32, listMap, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';

export const ServiceReference = struct('ServiceReference', 'Names the Service in front of an API server.', {
  name: string('Name of the Service.').tag(2).optional(),
  namespace: string('Namespace of the Service.').tag(1).optional(),
  port: int32('Port of the Service. 443, if left out.', { presence: 'pointer' }).tag(3).optional(),
});
export type ServiceReference = Infer<typeof ServiceReference>;

export const APIServiceSpec = struct(
  'APIServiceSpec',
  'Where a version of an API group is served, and its place in discovery. Only HTTPS is spoken.',
  {
    caBundle: bytes("PEM of the authorities that the server's certificate is checked against. The system's, if left out.", {
      'x-kubernetes-list-type': 'atomic',
    })
      .tag(5)
      .optional(),
    group: string('The API group.').tag(2).optional(),
    groupPriorityMinimum: int32('Least priority of the group: groups with a higher one are listed and preferred before it, equal ones by name.').tag(
      7,
    ),
    insecureSkipTLSVerify: boolean("Whether the server's certificate is not checked. Not advisable: use caBundle.").tag(4).optional(),
    service: ref(ServiceReference, 'The Service in front of the API server. If left out, this server serves the version itself.').tag(1).optional(),
    version: string('The version of the group, such as v1.').tag(3).optional(),
    versionPriority: int32(
      'Place of the version within its group, greater than zero: higher ones come first. Equal ones go by name: v10, v2, v1, v11beta2, v3beta1, v12alpha1, foo1.',
    ).tag(8),
  },
);
export type APIServiceSpec = Infer<typeof APIServiceSpec>;

export const APIServiceCondition = struct('APIServiceCondition', "One observation of an APIService's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Available, if the server can be reached.', { goType: 'APIServiceConditionType' }).tag(1),
});
export type APIServiceCondition = Infer<typeof APIServiceCondition>;

export const APIServiceStatus = struct('APIServiceStatus', 'State of an APIService.', {
  conditions: listMap(APIServiceCondition, ['type'], 'Latest observations, one of each type.').tag(1).optional(),
});

export const APIService = topLevel('APIService', 'A version of an API group and the server behind it. Its name is VERSION.GROUP.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(APIServiceSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(APIServiceStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type APIService = Infer<typeof APIService>;
