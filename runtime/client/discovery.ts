import type { Kind } from '../../api/definition/kind.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import { systemClock } from '../../base/clock.ts';
import { parseExactJson } from '../../base/exact-json.ts';
import type { DiscoveredKind, Discovery, UndiscoveredVersion } from './discovered.ts';
import { staleVersion } from './discovered.ts';
import type { Transport } from './http-transport.ts';
import { bodyText, createTransport } from './http-transport.ts';
import type { HttpsClientOptions } from './https-client.ts';
import { statusErrorOf } from './status-answer.ts';

const AGGREGATED = ['v2', 'v2beta1'].map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`);
const ACCEPT = [...AGGREGATED, 'application/json'].join(',');
const TIMEOUT_MS = 30_000;

/** The versions of a server in the order of preference within each group, with the resources of each, or the reason why they are not known. */
interface ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly DiscoveredKind[] | UndiscoveredVersion;
}

/**
 * Returns a function that asks a server for all that it serves: with two requests where it knows aggregated discovery (Kubernetes 1.26 on),
 * otherwise with one more for each version.
 * The function throws StatusError, or the transport's error, if the server does not answer; versions of other servers behind it are reported.
 */
export function createDiscovery(options: HttpsClientOptions): () => Promise<Discovery> {
  const transport = createTransport(options, options.userAgent ?? 'skiff', options.clock ?? systemClock);
  return async () => {
    const versions = (await Promise.all(['/api', '/apis'].map((path) => versionsAt(transport, path)))).flat();
    const kinds = new Map<string, DiscoveredKind>();
    const undiscovered: UndiscoveredVersion[] = [];
    for (const { resources } of versions) {
      if ('error' in resources) undiscovered.push(resources);
      else for (const kind of resources) if (!kinds.has(idOf(kind))) kinds.set(idOf(kind), kind);
    }
    return { kinds: [...kinds.values()], undiscovered };
  };
}

const idOf = ({ group, plural }: Kind): string => `${group}/${plural}`;

async function documentAt(transport: Transport, path: string): Promise<unknown> {
  const response = await transport({ method: 'GET', path, timeoutMs: TIMEOUT_MS, headers: { accept: ACCEPT } });
  const text = await bodyText(response);
  if (response.statusCode !== 200) throw statusErrorOf(response, text);
  return parseExactJson(text);
}

type Named = { readonly group: string; readonly version: string };

interface Documents {
  readonly kind?: string;
  /** Of an APIVersions. */
  readonly versions?: readonly string[];
  /** Of an APIGroupList. */
  readonly groups?: readonly {
    readonly name: string;
    readonly versions: readonly { readonly version: string }[];
    readonly preferredVersion?: { readonly version: string };
  }[];
  /** Of an APIGroupDiscoveryList. */
  readonly items?: readonly DiscoveredGroup[];
}

interface DiscoveredGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly {
    readonly version: string;
    readonly freshness?: string;
    readonly resources?: readonly {
      readonly resource: string;
      readonly responseKind?: { readonly kind: string } | null;
      readonly scope: string;
      readonly verbs?: readonly string[];
    }[];
  }[];
}

async function versionsAt(transport: Transport, path: string): Promise<readonly ServedVersion[]> {
  const document = (await documentAt(transport, path)) as Documents;
  if (document.kind === 'APIGroupDiscoveryList') return (document.items ?? []).flatMap(aggregatedVersions);
  const named: readonly Named[] = [
    ...(document.versions ?? []).map((version) => ({ group: '', version })),
    ...(document.groups ?? []).flatMap(({ name, versions, preferredVersion }) => {
      const rank = ({ version }: { readonly version: string }) => (version === preferredVersion?.version ? 0 : 1);
      return versions.toSorted((a, b) => rank(a) - rank(b)).map(({ version }) => ({ group: name, version }));
    }),
  ];
  return Promise.all(named.map((each) => separateVersion(transport, path, each)));
}

const aggregatedVersions = ({ metadata, versions = [] }: DiscoveredGroup): ServedVersion[] =>
  versions.map(({ version, freshness, resources = [] }) => {
    const group = metadata?.name ?? '';
    if (freshness === 'Stale') return { group, version, resources: staleVersion(group, version) };
    return {
      group,
      version,
      resources: resources.map(({ resource, responseKind, scope, verbs = [] }) => ({
        group,
        version,
        kind: responseKind?.kind ?? '',
        plural: resource,
        namespaced: scope === 'Namespaced',
        verbs,
      })),
    };
  });

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean; readonly verbs?: readonly string[] }[];
}

async function separateVersion(transport: Transport, path: string, { group, version }: Named): Promise<ServedVersion> {
  try {
    const { resources = [] } = (await documentAt(transport, `${path}${group === '' ? '' : `/${group}`}/${version}`)) as ResourceList;
    const main = resources.filter(({ name }) => !name.includes('/'));
    return {
      group,
      version,
      resources: main.map(({ name, kind, namespaced, verbs = [] }) => ({ group, version, kind, plural: name, namespaced, verbs })),
    };
  } catch (error) {
    // The version was removed since its group was listed.
    if (isNotFound(error)) return { group, version, resources: [] };
    return { group, version, resources: { group, version, error: error instanceof Error ? error.message : String(error) } };
  }
}
