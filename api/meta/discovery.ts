import type { Field, Infer } from '../schema/fields.ts';
import { atomicList, boolean, list, ref, string, struct, topLevel } from '../schema/fields.ts';
import { APIGroupDiscoveryList } from './aggregated-discovery.ts';

export const GroupVersionForDiscovery = struct('GroupVersionForDiscovery', 'A version of a group.', {
  groupVersion: string('Group and version, as objects name them in apiVersion.').tag(1),
  version: string('The version alone.').tag(2),
});

export const ServerAddressByClientCIDR = struct('ServerAddressByClientCIDR', 'The address of a server for the clients of a network.', {
  clientCIDR: string('The network of the clients.').tag(1),
  serverAddress: string('Address at which they reach the server: a host name or IP, or either with a port.').tag(2),
});

export const APIVersions = topLevel('APIVersions', 'The versions that are served under /api.', {
  serverAddressByClientCIDRs: atomicList(ServerAddressByClientCIDR, 'The addresses of the server, by the network of the client.').tag(2),
  versions: atomicList(string(), 'Names of the versions.').tag(1),
});
export type APIVersions = Infer<typeof APIVersions>;

export const APIGroup = topLevel('APIGroup', 'A group with its versions.', {
  name: string('Name of the group.').tag(1),
  preferredVersion: ref(GroupVersionForDiscovery, 'The version that the server prefers.', { presence: 'filled' }).tag(3).optional(),
  serverAddressByClientCIDRs: atomicList(ServerAddressByClientCIDR, 'The addresses of the server, by the network of the client.').tag(4).optional(),
  versions: atomicList(GroupVersionForDiscovery, 'The versions that are served.').tag(2),
});
export type APIGroup = Infer<typeof APIGroup>;

export const APIGroupList = topLevel('APIGroupList', 'The groups that are served under /apis.', {
  groups: atomicList(APIGroup, 'The groups.').tag(1),
});
export type APIGroupList = Infer<typeof APIGroupList>;

export const APIResource = struct(
  'APIResource',
  'A resource, or subresource, of a group version.',
  {
    categories: atomicList(string(), 'Groups of resources that it is part of, such as all.').tag(7).optional(),
    group: string('Group of its objects; that of the list, if left out.').tag(8).optional(),
    kind: string('Kind of its objects.').tag(3),
    name: string('Plural name, with the name of the subresource.').tag(1),
    namespaced: boolean('Whether its objects belong to namespaces.').tag(2),
    shortNames: atomicList(string(), 'Abbreviations that kubectl takes.').tag(5).optional(),
    singularName: string('Singular name; empty for a subresource.').tag(6),
    storageVersionHash: string('Hash of the version that objects are stored in; it changes when that version does.').tag(10).optional(),
    verbs: list(string(), 'Verbs that it supports.', { union: { title: 'Verbs', list: list(string()).tag(1) } }).tag(4),
    version: string('Version of its objects; that of the list, if left out.').tag(9).optional(),
  },
  { requiredOrder: ['name', 'singularName', 'namespaced', 'kind', 'verbs'] },
);
export type APIResource = Infer<typeof APIResource>;

export const APIResourceList = topLevel('APIResourceList', 'The resources of a group version.', {
  groupVersion: string('The group version.').tag(1),
  resources: atomicList(APIResource, 'The resources and subresources.').tag(2),
});
export type APIResourceList = Infer<typeof APIResourceList>;

/** The documents of discovery, by `apiVersion kind` as they name themselves: those of the core group leave apiVersion out. */
export const discoveryStructures: readonly (readonly [string, Field])[] = [
  [' APIVersions', APIVersions],
  ['v1 APIGroupList', APIGroupList],
  ['v1 APIGroup', APIGroup],
  ['v1 APIResourceList', APIResourceList],
  [' APIResourceList', APIResourceList],
  ['apidiscovery.k8s.io/v2 APIGroupDiscoveryList', APIGroupDiscoveryList],
  ['apidiscovery.k8s.io/v2beta1 APIGroupDiscoveryList', APIGroupDiscoveryList],
];
