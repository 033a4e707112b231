import { isObject } from '../../base/json.ts';
import type { RegistryCredentials } from '../contract/runtime.ts';

/** An entry of a Docker configuration that is for an image. */
export interface RegistryEntry {
  /** The entry's key without its scheme: `registry.example.com/team`. */
  readonly registry: string;
  readonly credentials: RegistryCredentials;
  readonly email: string | undefined;
}

/** The entries of a Docker configuration, by registry. */
export type Registries = Readonly<Record<string, unknown>>;

/** Reads a `config.json`, or a `.dockercfg` of before 2015, which holds its entries at the top. Returns undefined if the text is no JSON. */
export function registriesIn(text: string, isLegacy: boolean): Registries | undefined {
  try {
    const parsed = asRecord(JSON.parse(text));
    return isLegacy ? parsed : asRecord(parsed.auths);
  } catch {
    return undefined;
  }
}

/** Lists the entries for an image, in the order of the configuration. */
export function entriesFor(registries: Registries, reference: string): RegistryEntry[] {
  return Object.entries(registries).flatMap(([key, entry]): RegistryEntry[] => {
    if (!covers(key, reference)) return [];
    const credentials = credentialsOf(entry);
    return credentials ? [{ registry: key.replace(/^https?:\/\//, ''), credentials, email: asText(asRecord(entry).email) }] : [];
  });
}

/** Orders by the registry's name, longer ones first: what is for a team's images comes before what is for all. */
export const byRegistry = (a: { readonly registry: string }, b: { readonly registry: string }): number =>
  a.registry < b.registry ? 1 : a.registry > b.registry ? -1 : 0;

const asRecord = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Without the registry they are for, as kubelet passes them on: containerd compares that with the host it asks, and takes only URLs,
 * so that `registry.example.com` would match nothing, and `https://index.docker.io/v1/` not the host behind it.
 */
function credentialsOf(entry: unknown): RegistryCredentials | undefined {
  const record = asRecord(entry);
  const auth = asText(record.auth);
  const decoded = auth === undefined ? undefined : Buffer.from(auth, 'base64').toString();
  const colon = decoded?.indexOf(':') ?? -1;
  const username = decoded && colon > 0 ? decoded.slice(0, colon) : asText(record.username);
  const password = decoded && colon > 0 ? decoded.slice(colon + 1) : asText(record.password);
  const identityToken = asText(record.identitytoken);
  if (username === undefined && identityToken === undefined) return undefined;
  return {
    ...(username === undefined ? {} : { username, password: password ?? '' }),
    ...(identityToken ? { identityToken } : {}),
  };
}

/** Names of registries are no longer than those of hosts with a port and a path. */
const MAX_REGISTRY_LENGTH = 4096;

/** Whether a registry's entry (`https://index.docker.io/v1/`, `*.example.com`, `host/path`) is for the image. */
function covers(registry: string, reference: string): boolean {
  if (registry.length > MAX_REGISTRY_LENGTH) return false;
  const [host = '', ...path] = registry.replace(/^https?:\/\//, '').split('/');
  const [first = '', ...rest] = reference.split('/');
  const hasDomain = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  const imageHost = hasDomain ? first : 'docker.io';
  const imagePath = (hasDomain ? rest : [first, ...rest]).join('/');
  if (host === 'index.docker.io') return imageHost === 'docker.io';
  const prefix = path.filter((part) => part !== '' && part !== 'v1' && part !== 'v2').join('/');
  return hostMatches(host, imageHost) && (prefix === '' || imagePath.startsWith(prefix));
}

/** Returns whether a pattern such as `*.example.com:5000/team` is for a repository of that host and port whose path begins so. */
export function matchesRepository(pattern: string, repository: string): boolean {
  if (pattern.length > MAX_REGISTRY_LENGTH) return false;
  const [wanted, given] = [partsOf(pattern), partsOf(repository)];
  return wanted.port === given.port && hostMatches(wanted.host, given.host) && given.path.startsWith(wanted.path);
}

function partsOf(name: string): { readonly host: string; readonly port: string; readonly path: string } {
  const slash = name.indexOf('/');
  const [address, path] = slash < 0 ? [name, ''] : [name.slice(0, slash), name.slice(slash)];
  const [, host = '', port = ''] = /^(.*?)(?::(\d*))?$/s.exec(address) ?? [];
  return { host, port, path };
}

/** Compares hosts label by label; `*` stands for any characters of a label. */
function hostMatches(pattern: string, host: string): boolean {
  const wanted = pattern.split('.');
  const labels = host.split('.');
  return wanted.length === labels.length && wanted.every((label, i) => globMatches(label, labels[i] ?? ''));
}

/** Matches greedily from both ends, then looks for each part in between once. */
function globMatches(pattern: string, text: string): boolean {
  const [begin = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return pattern === text;
  if (text.length < begin.length + end.length || !text.startsWith(begin) || !text.endsWith(end)) return false;
  let at = begin.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - end.length;
}
