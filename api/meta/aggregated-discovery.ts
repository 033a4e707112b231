import { atomicList, list, ref, string, struct, topLevel } from '../schema/fields.ts';
import { ListMeta, ObjectMeta } from './object-meta.ts';

const GroupVersionKind = struct('GroupVersionKind', 'The type of an object.', {
  group: string('Group of the kind.').tag(1),
  kind: string('Name of the kind.').tag(3),
  version: string('Version of the group.').tag(2),
});

const APISubresourceDiscovery = struct('APISubresourceDiscovery', 'A subresource of a resource.', {
  acceptedTypes: atomicList(GroupVersionKind, 'The types that it takes.').tag(3).optional(),
  responseKind: ref(GroupVersionKind, 'The type that it answers.').tag(2).optional(),
  subresource: string('Name of the subresource.').tag(1),
  verbs: list(string(), 'Verbs that it supports.').tag(4),
});

const APIResourceDiscovery = struct('APIResourceDiscovery', 'A resource of a group version.', {
  categories: atomicList(string(), 'Groups of resources that it is part of, such as all.').tag(7).optional(),
  resource: string('Plural name.').tag(1),
  responseKind: ref(GroupVersionKind, 'The type that it answers.').tag(2).optional(),
  scope: string('Namespaced or Cluster.').tag(3),
  shortNames: atomicList(string(), 'Abbreviations that kubectl takes.').tag(6).optional(),
  singularResource: string('Singular name.').tag(4),
  subresources: atomicList(APISubresourceDiscovery, 'Its subresources.').tag(8).optional(),
  verbs: list(string(), 'Verbs that it supports.').tag(5),
});

const APIVersionDiscovery = struct('APIVersionDiscovery', 'A version of a group.', {
  freshness: string('Current, or Stale where the server of the group could not be asked.').tag(3).optional(),
  resources: atomicList(APIResourceDiscovery, 'Its resources.').tag(2).optional(),
  version: string('Name of the version.').tag(1),
});

const APIGroupDiscovery = struct('APIGroupDiscovery', 'A group with its versions, the preferred one first.', {
  metadata: ref(ObjectMeta, 'Name of the group.', { presence: 'filled' }).tag(1).optional(),
  versions: atomicList(APIVersionDiscovery, 'The versions.').tag(2).optional(),
});

export const APIGroupDiscoveryList = topLevel('APIGroupDiscoveryList', 'All groups, versions and resources in one document.', {
  items: atomicList(APIGroupDiscovery, 'The groups.').tag(2),
  metadata: ref(ListMeta, 'Facts of the list itself.', { presence: 'filled' }).tag(1).optional(),
});
