import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseDocument, YAMLSeq } from 'yaml';

/** The name of a cluster that was given none: under it cluster, user and context stand in the user's kubeconfig. */
export const CONTEXT = 'skiff';

interface NamedEntries {
  clusters?: { name: string; cluster: unknown }[];
  users?: { name: string; user: unknown }[];
}

/** The file that kubectl would write: the first one of $KUBECONFIG, otherwise ~/.kube/config. */
export function userKubeconfigPath(): string {
  const first = process.env.KUBECONFIG?.split(delimiter).find((path) => path !== '');
  return first ?? join(homedir(), '.kube', 'config');
}

const SECTIONS = ['clusters', 'users', 'contexts'];
const EMPTY = 'apiVersion: v1\nkind: Config\npreferences: {}\nclusters: []\nusers: []\ncontexts: []\ncurrent-context: ""\n';

function edit(path: string, change: (document: ReturnType<typeof parseDocument>) => void): void {
  const document = parseDocument(existsSync(path) ? readFileSync(path, 'utf8') || EMPTY : EMPTY);
  if (document.errors.length > 0) throw new Error(`${path} is not valid YAML: ${document.errors[0]?.message}`);
  change(document);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.skiff`, document.toString(), { mode: 0o600 });
  renameSync(`${path}.skiff`, path);
}

function dropEntry(document: ReturnType<typeof parseDocument>, section: string, name: string): YAMLSeq {
  const existing = document.get(section);
  const list = existing instanceof YAMLSeq ? existing : new YAMLSeq();
  list.items = list.items.filter((item) => (item as { get(key: string): unknown }).get('name') !== name);
  list.flow = false;
  document.set(section, list);
  return list;
}

const read = (path: string): NamedEntries => (existsSync(path) ? ((parse(readFileSync(path, 'utf8')) as NamedEntries | null) ?? {}) : {});

/** The name that a cluster has in the user's kubeconfig, if it is there. */
const nameOf = (cluster: unknown, { clusters }: NamedEntries): string | undefined =>
  clusters?.find((entry) => isDeepStrictEqual(entry.cluster, cluster))?.name;

/** Adds the cluster of `adminKubeconfig` as a context of this name and makes it the current one, as kind does. Everything else stays. */
export function addContext(adminKubeconfig: string, name = CONTEXT, path = userKubeconfigPath()): void {
  const admin = read(adminKubeconfig);
  edit(path, (document) => {
    const add = (section: string, entry: object) => dropEntry(document, section, name).add(document.createNode({ name, ...entry }));
    add('clusters', { cluster: admin.clusters?.[0]?.cluster });
    add('users', { user: admin.users?.[0]?.user });
    add('contexts', { context: { cluster: name, user: name } });
    document.set('current-context', name);
  });
}

/** Returns the server of another cluster that has this name in the user's kubeconfig, so that `addContext` would overwrite it. */
export function overwritten(adminKubeconfig: string, name: string, path = userKubeconfigPath()): string | undefined {
  const there = read(path).clusters?.find((entry) => entry.name === name)?.cluster;
  if (there === undefined || isDeepStrictEqual(there, clusterOf(adminKubeconfig))) return undefined;
  return typeof there === 'object' && there !== null && 'server' in there && typeof there.server === 'string' ? there.server : undefined;
}

/**
 * Gives the context of the cluster of `adminKubeconfig` its credentials if they differ: the server renews them once a year.
 * Everything else stays, the current context too. Returns the name of the context if it did.
 */
export function refreshContext(adminKubeconfig: string, path = userKubeconfigPath()): string | undefined {
  const admin = read(adminKubeconfig);
  const user = admin.users?.[0]?.user;
  const kept = read(path);
  const name = nameOf(admin.clusters?.[0]?.cluster, kept);
  const known = kept.users?.find((entry) => entry.name === name);
  if (name === undefined || !known || isDeepStrictEqual(known.user, user)) return undefined;
  edit(path, (document) => dropEntry(document, 'users', name).add(document.createNode({ name, user })));
  return name;
}

/** The cluster that an admin kubeconfig names, to recognise it later. Returns undefined if there is no such file. */
export const clusterOf = (adminKubeconfig: string): unknown => read(adminKubeconfig).clusters?.[0]?.cluster;

/** Removes the context of `cluster`, whatever its name, and the file if nothing else is in it. Contexts of other clusters stay. */
export function removeContext(cluster: unknown, path = userKubeconfigPath()): void {
  if (cluster === undefined) return;
  const name = nameOf(cluster, read(path));
  if (name === undefined) return;
  edit(path, (document) => {
    for (const section of SECTIONS) dropEntry(document, section, name);
    if (document.get('current-context') === name) document.set('current-context', '');
  });
  if (isDeepStrictEqual(parse(readFileSync(path, 'utf8')), parse(EMPTY))) rmSync(path);
}
