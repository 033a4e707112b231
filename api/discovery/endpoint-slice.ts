import { ObjectReference } from '../core/reference.ts';
import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, int32, list, map, string, struct, topLevel } from '../schema/fields.ts';

export const EndpointConditions = struct('EndpointConditions', {
  ready: boolean().optional(),
  serving: boolean().optional(),
  terminating: boolean().optional(),
});
export type EndpointConditions = Infer<typeof EndpointConditions>;

export const ForZone = struct('ForZone', {
  name: string(),
});
export type ForZone = Infer<typeof ForZone>;

export const ForNode = struct('ForNode', {
  name: string(),
});
export type ForNode = Infer<typeof ForNode>;

export const EndpointHints = struct('EndpointHints', {
  forNodes: list(ForNode).optional(),
  forZones: list(ForZone).optional(),
});
export type EndpointHints = Infer<typeof EndpointHints>;

export const Endpoint = struct('Endpoint', {
  addresses: list(string()),
  conditions: EndpointConditions.optional(),
  deprecatedTopology: map(string()).optional(),
  hints: EndpointHints.optional(),
  hostname: string().optional(),
  nodeName: string().optional(),
  targetRef: ObjectReference.optional(),
  zone: string().optional(),
});
export type Endpoint = Infer<typeof Endpoint>;

export const EndpointSlicePort = struct('EndpointSlicePort', {
  appProtocol: string().optional(),
  name: string().optional(),
  port: int32().optional(),
  protocol: string().optional(),
});
export type EndpointSlicePort = Infer<typeof EndpointSlicePort>;

export const EndpointSlice = topLevel('EndpointSlice', {
  addressType: string(),
  endpoints: list(Endpoint).optional(),
  metadata: ObjectMeta.optional(),
  ports: list(EndpointSlicePort).optional(),
});
export type EndpointSlice = Infer<typeof EndpointSlice>;

export const endpointSlices = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  schema: EndpointSlice,
});
