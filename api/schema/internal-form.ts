import { isObject } from '../../base/json.ts';
import type { Property, StructuralSchema } from './structural.ts';

/** Names of Go that are not the JSON name with a capital. */
const GO_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    awsElasticBlockStore: 'AWSElasticBlockStore',
    cel: 'CEL',
    cephfs: 'CephFS',
    csi: 'CSI',
    dnsConfig: 'DNSConfig',
    dnsPolicy: 'DNSPolicy',
    fc: 'FC',
    fsGroup: 'FSGroup',
    fsGroupChangePolicy: 'FSGroupChangePolicy',
    fsType: 'FSType',
    gcePersistentDisk: 'GCEPersistentDisk',
    grpc: 'GRPC',
    httpGet: 'HTTPGet',
    httpHeaders: 'HTTPHeaders',
    ip: 'IP',
    iscsi: 'ISCSI',
    nfs: 'NFS',
    os: 'OS',
    pdName: 'PDName',
    rbd: 'RBD',
    seLinuxChangePolicy: 'SELinuxChangePolicy',
    seLinuxOptions: 'SELinuxOptions',
    storageos: 'StorageOS',
    tcpSocket: 'TCPSocket',
    tty: 'TTY',
    uid: 'UID',
  }),
);

const goName = (name: string): string => GO_NAMES.get(name) ?? name.charAt(0).toUpperCase() + name.slice(1);

const placeOf = ({ tag }: Property): number => (typeof tag === 'number' ? tag : (tag?.[0] ?? 0));

/** The JSON names of the fields of structures, by title, where Go's internal type has them in another order, or lacks some. */
export type InternalOrders = ReadonlyMap<string, readonly string[]>;

const AS_NUMBERED: InternalOrders = new Map();

function orderedFields({ properties, title = '' }: StructuralSchema, orders: InternalOrders): readonly Property[] {
  const fields = [...(properties?.values() ?? [])].sort((a, b) => placeOf(a) - placeOf(b));
  const order = orders.get(title);
  return order ? order.flatMap((name) => properties?.get(name) ?? []) : fields;
}

/**
 * Returns a value as upstream's errors show structures: in the JSON of Go's internal types, whose fields have no JSON names, stand in the order
 * of their Protobuf numbers unless `orders` says otherwise, and are never left out.
 */
export function internalForm(value: unknown, schema: StructuralSchema, orders: InternalOrders = AS_NUMBERED): unknown {
  if (schema.properties) return internalStructure(value, schema, orders);
  const { items } = schema;
  if (items && Array.isArray(value)) return value.map((item) => internalForm(item, items, orders));
  return value;
}

/** The internal form of a structure; of an absent one, that with the zero values of all fields. */
export function internalStructure(value: unknown, schema: StructuralSchema, orders: InternalOrders): Readonly<Record<string, unknown>> {
  const fields = isObject(value) ? value : {};
  return Object.fromEntries(
    orderedFields(schema, orders).map((property) => [goName(property.name), fieldForm(fields[property.name], property, orders)]),
  );
}

function fieldForm(value: unknown, { presence, schema }: Property, orders: InternalOrders): unknown {
  if (value !== undefined && value !== null) return internalForm(value, schema, orders);
  if (presence === 'pointer' || presence === 'null') return null;
  switch (schema.format === 'quantity' || schema.format === 'int-or-string' ? undefined : schema.type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'object':
      return schema.properties ? internalForm({}, schema, orders) : null;
    default:
      return null;
  }
}
