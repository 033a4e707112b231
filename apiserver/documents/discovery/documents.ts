import { createHash } from 'node:crypto';
import type { KindDefinition, Subresource } from '../../../api/definition/kind.ts';
import { apiVersionOf } from '../../../api/definition/kind.ts';
import type { ServedGroup } from './group-order.ts';
import { servedGroups } from './group-order.ts';

/** A discovery document, ready to send. */
export interface Document {
  readonly value: object;
  readonly json: string;
  /** Quoted, as the ETag header carries it. */
  readonly etag: string;
}

export type AggregatedVersion = 'v2' | 'v2beta1';

/** Every discovery document of one set of kinds, by path. */
export interface Documents {
  /** `/api`, `/apis`, `/api/v1`, `/apis/GROUP`, `/apis/GROUP/VERSION`. */
  readonly plain: ReadonlyMap<string, Document>;
  /** The aggregated form of `/api` and `/apis`. */
  readonly aggregated: (path: '/api' | '/apis', version: AggregatedVersion) => Document;
}

function documentOf(value: object): Document {
  const json = JSON.stringify(value);
  return { value, json, etag: `"${createHash('sha512').update(json).digest('hex').toUpperCase()}"` };
}

const groupVersion = (group: string, version: string) => apiVersionOf({ group, version });
const filled = <T>(name: string, values: readonly T[]) => (values.length > 0 ? { [name]: values } : {});

/** Tells clients that migrate storage whether the stored form has changed: the head of a digest of its group, version and kind. */
function storageVersionHash({ group, version, kind, storedAs }: KindDefinition): string {
  const stored = storedAs ?? { group, version };
  return createHash('sha256').update(`${stored.group}/${stored.version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

function apiResources(kind: KindDefinition): object[] {
  const main = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: kind.verbs,
    ...filled('shortNames', kind.shortNames),
    ...filled('categories', kind.categories),
    ...(kind.verbs.includes('watch') ? { storageVersionHash: storageVersionHash(kind) } : {}),
  };
  const subresources = kind.subresources.map((subresource) => ({
    name: `${kind.plural}/${subresource.name}`,
    singularName: '',
    namespaced: kind.namespaced,
    ...(subresource.version === undefined ? {} : { group: subresource.group ?? '', version: subresource.version }),
    kind: subresource.kind ?? kind.kind,
    verbs: subresource.verbs,
  }));
  return [main, ...subresources];
}

const responseKind = (kind: KindDefinition, subresource?: Subresource) =>
  subresource?.version === undefined
    ? { group: kind.group, version: kind.version, kind: subresource?.kind ?? kind.kind }
    : { group: subresource.group ?? '', version: subresource.version, kind: subresource.kind ?? kind.kind };

const resourceDiscovery = (kind: KindDefinition) => ({
  resource: kind.plural,
  responseKind: responseKind(kind),
  scope: kind.namespaced ? 'Namespaced' : 'Cluster',
  singularResource: kind.singular,
  verbs: kind.verbs,
  ...filled('shortNames', kind.shortNames),
  ...filled('categories', kind.categories),
  ...filled(
    'subresources',
    kind.subresources.map((subresource) => ({
      subresource: subresource.name,
      responseKind: responseKind(kind, subresource),
      verbs: subresource.verbs,
    })),
  ),
});

const groupDiscovery = (group: ServedGroup) => ({
  metadata: group.name === '' ? {} : { name: group.name },
  versions: group.versions.map(({ version, kinds }) => ({ version, resources: kinds.map(resourceDiscovery), freshness: 'Current' })),
});

function apiGroup(group: ServedGroup) {
  const versions = group.versions.map(({ version }) => ({ groupVersion: groupVersion(group.name, version), version }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

/** Builds the discovery documents of a set of kinds; the aggregated ones on first use. */
export function discoveryDocuments(kinds: readonly KindDefinition[]): Documents {
  const groups = servedGroups(kinds);
  const named = groups.filter((group) => group.name !== '');
  const core = groups.filter((group) => group.name === '');
  const plain = new Map<string, Document>();
  plain.set(
    '/api',
    documentOf({
      kind: 'APIVersions',
      versions: core.flatMap((group) => group.versions.map(({ version }) => version)),
      serverAddressByClientCIDRs: [],
    }),
  );
  plain.set('/apis', documentOf({ kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(apiGroup) }));
  for (const group of groups) {
    if (group.name !== '') plain.set(`/apis/${group.name}`, documentOf({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) }));
    for (const { version, kinds: members } of group.versions) {
      const path = group.name === '' ? `/api/${version}` : `/apis/${group.name}/${version}`;
      const list = { kind: 'APIResourceList', groupVersion: groupVersion(group.name, version), resources: members.flatMap(apiResources) };
      plain.set(path, documentOf(group.name === '' ? list : { ...list, apiVersion: 'v1' }));
    }
  }
  const aggregates = new Map<string, Document>();
  return {
    plain,
    aggregated(path, version) {
      const key = `${path} ${version}`;
      const there = aggregates.get(key);
      if (there) return there;
      const items = (path === '/api' ? core : named).map(groupDiscovery);
      const made = documentOf({ kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items });
      aggregates.set(key, made);
      return made;
    },
  };
}
