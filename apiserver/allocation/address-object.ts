import type { IPAddress } from '../../api/kinds/networking/ip-address.ts';
import { IP_FAMILY_LABEL, MANAGED_BY_LABEL } from '../../api/kinds/networking/ip-address.ts';
import type { ObjectKey } from '../../api/meta/object.ts';
import { timeText } from '../../base/clock.ts';

/** Upstream's name for the allocator, in the label of the objects that are its. */
export const ALLOCATOR = 'ipallocator.k8s.io';

/** The fields that the allocator sets, in the form of managedFields. */
const FIELDS = {
  'f:metadata': { 'f:labels': { '.': {}, [`f:${IP_FAMILY_LABEL}`]: {}, [`f:${MANAGED_BY_LABEL}`]: {} } },
  'f:spec': { 'f:parentRef': { '.': {}, 'f:name': {}, 'f:namespace': {}, 'f:resource': {} } },
};

const familyOf = (ip: string): string => (ip.includes(':') ? 'IPv6' : 'IPv4');

/** Makes the IPAddress by which a service has an address; `ip` is in its canonical form. */
export const addressObject = (ip: string, { namespace, name }: ObjectKey, now: number): IPAddress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: {
    name: ip,
    labels: { [IP_FAMILY_LABEL]: familyOf(ip), [MANAGED_BY_LABEL]: ALLOCATOR },
    managedFields: [
      {
        manager: 'kube-apiserver',
        operation: 'Update',
        apiVersion: 'networking.k8s.io/v1',
        time: timeText(now),
        fieldsType: 'FieldsV1',
        fieldsV1: FIELDS,
      },
    ],
  },
  spec: { parentRef: { resource: 'services', namespace, name } },
});

export const isManaged = ({ metadata }: IPAddress): boolean => metadata?.labels?.[MANAGED_BY_LABEL] === ALLOCATOR;

/** Whether the labels are those that the allocator sets. */
export const hasLabels = (address: IPAddress): boolean =>
  isManaged(address) && address.metadata?.labels?.[IP_FAMILY_LABEL] === familyOf(address.metadata?.name ?? '');

/** Whether the parent is a service, whichever. */
export const isOfService = ({ spec }: IPAddress): boolean => !spec.parentRef?.group && spec.parentRef?.resource === 'services';

/** Whether the parent is this service. */
export const isOf = (address: IPAddress, { namespace, name }: ObjectKey): boolean =>
  isOfService(address) && (address.spec.parentRef.namespace ?? '') === namespace && address.spec.parentRef.name === name;
