import { isObject } from '../../base/json.ts';
import { MAX_SHOWN } from './field-error.ts';
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

/** The characters of the form that are still to be made, at least: errors show no more. */
interface Room {
  characters: number;
}

/**
 * Returns a value as upstream's errors show structures: in the JSON of Go's internal types, whose fields have no JSON names, stand in the order
 * of their Protobuf numbers unless `orders` says otherwise, and are never left out. Of a long value, no more is made than is shown.
 */
export const internalForm = (value: unknown, schema: StructuralSchema, orders: InternalOrders = AS_NUMBERED): unknown =>
  formOf(value, schema, orders, { characters: MAX_SHOWN });

function formOf(value: unknown, schema: StructuralSchema, orders: InternalOrders, room: Room): unknown {
  if (room.characters <= 0) return null;
  if (schema.properties) return structureForm(value, schema, orders, room);
  const { items } = schema;
  if (!items || !Array.isArray(value)) return value;
  const list: unknown[] = [];
  for (const item of value) {
    if (room.characters <= 0) break;
    room.characters -= ','.length;
    list.push(formOf(item, items, orders, room));
  }
  return list;
}

/** The internal form of a structure; of an absent one, that with the zero values of all fields. */
export const internalStructure = (value: unknown, schema: StructuralSchema, orders: InternalOrders): Readonly<Record<string, unknown>> =>
  structureForm(value, schema, orders, { characters: MAX_SHOWN });

function structureForm(value: unknown, schema: StructuralSchema, orders: InternalOrders, room: Room): Readonly<Record<string, unknown>> {
  const fields = isObject(value) ? value : {};
  const form: Record<string, unknown> = {};
  for (const property of orderedFields(schema, orders)) {
    room.characters -= property.name.length + '"":0,'.length;
    form[goName(property.name)] = fieldForm(fields[property.name], property, orders, room);
  }
  return form;
}

function fieldForm(value: unknown, { presence, schema }: Property, orders: InternalOrders, room: Room): unknown {
  if (value !== undefined && value !== null) return formOf(value, schema, orders, room);
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
      return schema.properties ? formOf({}, schema, orders, room) : null;
    default:
      return null;
  }
}
