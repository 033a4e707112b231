import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseDocument, YAMLSeq } from 'yaml';

/** The name under which the cluster, user and context stand in the user's kubeconfig. */
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

function dropEntry(document: ReturnType<typeof parseDocument>, section: string): YAMLSeq {
  const existing = document.get(section);
  const list = existing instanceof YAMLSeq ? existing : new YAMLSeq();
  list.items = list.items.filter((item) => (item as { get(key: string): unknown }).get('name') !== CONTEXT);
  list.flow = false;
  document.set(section, list);
  return list;
}

/** Adds the cluster of `adminKubeconfig` as context `skiff` and makes it the current one, as kind does. Everything else stays. */
export function addContext(adminKubeconfig: string, path = userKubeconfigPath()): void {
  const admin: NamedEntries = parse(readFileSync(adminKubeconfig, 'utf8'));
  edit(path, (document) => {
    const add = (section: string, entry: object) => dropEntry(document, section).add(document.createNode({ name: CONTEXT, ...entry }));
    add('clusters', { cluster: admin.clusters?.[0]?.cluster });
    add('users', { user: admin.users?.[0]?.user });
    add('contexts', { context: { cluster: CONTEXT, user: CONTEXT } });
    document.set('current-context', CONTEXT);
  });
}

/**
 * Gives the context `skiff` the credentials of `adminKubeconfig` if it is of the same cluster and has others: the server renews them once a year.
 * Everything else stays, the current context too. Returns whether it did.
 */
export function refreshContext(adminKubeconfig: string, path = userKubeconfigPath()): boolean {
  const admin: NamedEntries = parse(readFileSync(adminKubeconfig, 'utf8'));
  const user = admin.users?.[0]?.user;
  const kept = existsSync(path) ? (parse(readFileSync(path, 'utf8')) as NamedEntries | null) : undefined;
  const known = kept?.users?.find(({ name }) => name === CONTEXT);
  const ofThisCluster = isDeepStrictEqual(kept?.clusters?.find(({ name }) => name === CONTEXT)?.cluster, admin.clusters?.[0]?.cluster);
  if (!known || !ofThisCluster || isDeepStrictEqual(known.user, user)) return false;
  edit(path, (document) => dropEntry(document, 'users').add(document.createNode({ name: CONTEXT, user })));
  return true;
}

/** The cluster that an admin kubeconfig names, to recognise it later. Returns undefined if there is no such file. */
export function clusterOf(adminKubeconfig: string): unknown {
  if (!existsSync(adminKubeconfig)) return undefined;
  const admin: NamedEntries = parse(readFileSync(adminKubeconfig, 'utf8'));
  return admin.clusters?.[0]?.cluster;
}

/** Removes the context of `cluster`, and the file if nothing else is in it. A context `skiff` of another cluster stays. */
export function removeContext(cluster: unknown, path = userKubeconfigPath()): void {
  if (cluster === undefined || !existsSync(path)) return;
  const named = (parse(readFileSync(path, 'utf8')) as NamedEntries | null)?.clusters?.find(({ name }) => name === CONTEXT);
  if (!isDeepStrictEqual(named?.cluster, cluster)) return;
  edit(path, (document) => {
    for (const section of SECTIONS) dropEntry(document, section);
    if (document.get('current-context') === CONTEXT) document.set('current-context', '');
  });
  if (isDeepStrictEqual(parse(readFileSync(path, 'utf8')), parse(EMPTY))) rmSync(path);
}
