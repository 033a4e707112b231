import type { Credentials } from '../../runtime/client/credentials.ts';
import type { HttpRequest, Transport } from '../../runtime/client/http-transport.ts';
import { bodyText, createTransport } from '../../runtime/client/http-transport.ts';
import { resourceMatches } from '../../store/encryption/configuration.ts';

export interface RewriteProgress {
  readonly resource: string;
  readonly looked: number;
  readonly rewritten: number;
  readonly done: boolean;
}

/** A resource as discovery tells it. */
interface ServedResource {
  readonly group: string;
  readonly plural: string;
  /** `/api/v1`, `/apis/apps/v1`. */
  readonly base: string;
}

const PAGE = 100;
const AT_ONCE = 8;
const TIMEOUT_MS = 60_000;

/**
 * Writes every object of the resources over itself: a patch that changes nothing is stored if the object's value would be stored in another
 * form now. Objects that are deleted meanwhile are passed over.
 * @throws Error that names a resource that is not served, or an object that could not be written, with the server's words.
 */
export async function rewriteResources(credentials: Credentials, names: readonly string[], show: (progress: RewriteProgress) => void): Promise<void> {
  const transport = createTransport(credentials, 'skiff-encryption-rewrite');
  const served = await storedResources(transport);
  const chosen = served.filter((resource) => names.some((name) => resourceMatches(name, resource)));
  for (const name of names) {
    if (!served.some((resource) => resourceMatches(name, resource)))
      throw new Error(`${name}: the server has no such resource; 'kubectl api-resources' lists them`);
  }
  for (const resource of chosen) await rewriteResource(transport, resource, show);
}

async function rewriteResource(
  transport: Transport,
  { group, plural, base }: ServedResource,
  show: (progress: RewriteProgress) => void,
): Promise<void> {
  const resource = group === '' ? plural : `${plural}.${group}`;
  let looked = 0;
  let rewritten = 0;
  let next = '';
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(next !== '' && { continue: next }) });
    const page = await ask(transport, { method: 'GET', path: `${base}/${plural}?${query}` });
    const items: { metadata: { name: string; namespace?: string; resourceVersion: string } }[] = page?.items ?? [];
    for (let from = 0; from < items.length; from += AT_ONCE) {
      const writes = items.slice(from, from + AT_ONCE).map(async ({ metadata: { name, namespace, resourceVersion } }) => {
        const place = namespace === undefined ? base : `${base}/namespaces/${namespace}`;
        const path = `${place}/${plural}/${encodeURIComponent(name)}`;
        const written = await ask(transport, { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: '{}' });
        if (written && written.metadata.resourceVersion !== resourceVersion) rewritten++;
      });
      await Promise.all(writes);
    }
    looked += items.length;
    next = page?.metadata?.continue ?? '';
    show({ resource, looked, rewritten, done: next === '' });
  } while (next !== '');
}

/** Sends a request; resolves to the parsed answer, to undefined if the object does not exist. @throws Error with the server's message. */
// biome-ignore lint/suspicious/noExplicitAny: answers of many kinds, of which a field or two is read
async function ask(transport: Transport, request: Omit<HttpRequest, 'timeoutMs'>): Promise<any> {
  const response = await transport({ ...request, timeoutMs: TIMEOUT_MS });
  const text = await bodyText(response);
  if (response.statusCode === 404 && request.method === 'PATCH') return undefined;
  const answer = JSON.parse(text);
  if ((response.statusCode ?? 500) >= 300) throw new Error(`${request.method} ${request.path}: ${answer.message ?? text}`);
  return answer;
}

/** The resources that can be listed and patched, each in the version that its group prefers. */
async function storedResources(transport: Transport): Promise<ServedResource[]> {
  const groups: { name: string; preferredVersion: { groupVersion: string } }[] = (await ask(transport, { method: 'GET', path: '/apis' })).groups;
  const versions = [
    { group: '', base: '/api/v1' },
    ...groups.map(({ name, preferredVersion }) => ({ group: name, base: `/apis/${preferredVersion.groupVersion}` })),
  ];
  const lists = versions.map(async ({ group, base }) => {
    const { resources }: { resources: { name: string; verbs: string[] }[] } = await ask(transport, { method: 'GET', path: base });
    return resources
      .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list') && verbs.includes('patch'))
      .map(({ name }) => ({ group, plural: name, base }));
  });
  return (await Promise.all(lists)).flat();
}
