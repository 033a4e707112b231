import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse, parseDocument, YAMLSeq } from 'yaml';

/** The name under which the cluster, user and context stand in the user's kubeconfig. */
export const CONTEXT = 'skiff';

interface NamedEntries {
  clusters?: { name: string; cluster: unknown }[];
  users?: { name: string; user: unknown }[];
}

/** Where kubectl would write: the first file of $KUBECONFIG, else ~/.kube/config. */
export function userKubeconfigPath(): string {
  const first = process.env.KUBECONFIG?.split(delimiter).find((path) => path !== '');
  return first ?? join(homedir(), '.kube', 'config');
}

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

/** Takes the context back. A file that held nothing else stays behind empty of contexts, as kubectl leaves it. */
export function removeContext(path = userKubeconfigPath()): void {
  if (!existsSync(path)) return;
  edit(path, (document) => {
    for (const section of ['clusters', 'users', 'contexts']) dropEntry(document, section);
    if (document.get('current-context') === CONTEXT) document.set('current-context', '');
  });
}
