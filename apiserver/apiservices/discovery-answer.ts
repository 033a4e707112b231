import type { DiscoveredResource, DiscoveredSubresource } from './remote-version.ts';

/** The versions in an aggregated discovery document, by `GROUP/VERSION`, with their resources. */
export type DiscoveredVersions = ReadonlyMap<string, readonly DiscoveredResource[]>;

const AGGREGATED = /^application\/json;g=apidiscovery\.k8s\.io;v=v2(beta1)?;as=APIGroupDiscoveryList/;

/** Whether an answer is an aggregated discovery document. */
export const isAggregated = (contentType: string | undefined): boolean => AGGREGATED.test((contentType ?? '').replaceAll(' ', ''));

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const recordsIn = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
const NO_KIND = { group: '', version: '', kind: '' };

function responseKind(value: unknown): DiscoveredResource['responseKind'] {
  // Old clients fail on a resource without one.
  return isRecord(value) ? { group: text(value.group), version: text(value.version), kind: text(value.kind) } : NO_KIND;
}

function discoveredResource(value: Record<string, unknown>): DiscoveredResource {
  const { subresources, shortNames, categories } = value;
  return {
    resource: text(value.resource),
    responseKind: responseKind(value.responseKind),
    scope: text(value.scope),
    singularResource: text(value.singularResource),
    verbs: texts(value.verbs),
    ...(shortNames === undefined ? {} : { shortNames: texts(shortNames) }),
    ...(categories === undefined ? {} : { categories: texts(categories) }),
    ...(subresources === undefined
      ? {}
      : {
          subresources: recordsIn(subresources).map((one) => ({
            subresource: text(one.subresource),
            responseKind: responseKind(one.responseKind),
            verbs: texts(one.verbs),
          })),
        }),
  };
}

/** Reads an aggregated discovery document. @throws SyntaxError for one that is no JSON. */
export function aggregatedVersions(document: string): DiscoveredVersions {
  const parsed: unknown = JSON.parse(document);
  const versions = new Map<string, readonly DiscoveredResource[]>();
  for (const group of recordsIn(isRecord(parsed) ? parsed.items : undefined)) {
    const name = isRecord(group.metadata) ? text(group.metadata.name) : '';
    for (const version of recordsIn(group.versions)) {
      versions.set(`${name}/${text(version.version)}`, recordsIn(version.resources).map(discoveredResource));
    }
  }
  return versions;
}

/** Reads the discovery document of one version, the form that every server has. @throws SyntaxError for one that is no JSON. */
export function listedResources(document: string, group: string, version: string): readonly DiscoveredResource[] {
  const parsed: unknown = JSON.parse(document);
  const kindOf = (one: Record<string, unknown>) => ({ group: text(one.group) || group, version: text(one.version) || version, kind: text(one.kind) });
  const made = new Map<string, DiscoveredResource & { subresources?: DiscoveredSubresource[] }>();
  const listed = recordsIn(isRecord(parsed) ? parsed.resources : undefined);
  for (const one of listed) {
    const name = text(one.name);
    if (name.includes('/')) continue;
    made.set(name, {
      resource: name,
      responseKind: kindOf(one),
      scope: one.namespaced === true ? 'Namespaced' : 'Cluster',
      singularResource: text(one.singularName),
      verbs: texts(one.verbs),
      ...(one.shortNames === undefined ? {} : { shortNames: texts(one.shortNames) }),
      ...(one.categories === undefined ? {} : { categories: texts(one.categories) }),
    });
  }
  for (const one of listed) {
    const [parent = '', subresource] = text(one.name).split('/', 2);
    const resource = subresource === undefined ? undefined : made.get(parent);
    if (!resource || subresource === undefined) continue;
    resource.subresources ??= [];
    resource.subresources.push({ subresource, responseKind: kindOf(one), verbs: texts(one.verbs) });
  }
  return [...made.values()];
}
