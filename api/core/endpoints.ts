import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { int32, list, string, struct, topLevel } from '../schema/fields.ts';
import { ObjectReference } from './reference.ts';

export const EndpointAddress = struct('EndpointAddress', {
  hostname: string().optional(),
  ip: string(),
  nodeName: string().optional(),
  targetRef: ObjectReference.optional(),
});
export type EndpointAddress = Infer<typeof EndpointAddress>;

export const EndpointPort = struct('EndpointPort', {
  appProtocol: string().optional(),
  name: string().optional(),
  port: int32(),
  protocol: string().optional(),
});
export type EndpointPort = Infer<typeof EndpointPort>;

export const EndpointSubset = struct('EndpointSubset', {
  addresses: list(EndpointAddress).optional(),
  notReadyAddresses: list(EndpointAddress).optional(),
  ports: list(EndpointPort).optional(),
});
export type EndpointSubset = Infer<typeof EndpointSubset>;

export const Endpoints = topLevel('Endpoints', {
  metadata: ObjectMeta.optional(),
  subsets: list(EndpointSubset).optional(),
});
export type Endpoints = Infer<typeof Endpoints>;

export const endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  namespaced: true,
  shortNames: ['ep'],
  schema: Endpoints,
  storagePrefix: 'services/endpoints',
});
