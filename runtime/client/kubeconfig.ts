import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Credentials } from './credentials.ts';
import { fileToken } from './token-file.ts';

const Cluster = z.object({
  server: z.string(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
});

const User = z.object({
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
});

const Context = z.object({ cluster: z.string(), user: z.string().default(''), namespace: z.string().optional() });

const Kubeconfig = z.object({
  clusters: z.array(z.object({ name: z.string(), cluster: Cluster })).default([]),
  users: z.array(z.object({ name: z.string(), user: User.default({}) })).default([]),
  contexts: z.array(z.object({ name: z.string(), context: Context })).default([]),
  'current-context': z.string().default(''),
});

/**
 * Returns the credentials of a context of a kubeconfig file: the named one, or the current one.
 * The client library is loaded only if the user needs a plugin (exec, OIDC).
 * @throws Error if the file, the context, or a file that it refers to is missing or malformed
 */
export async function kubeconfigCredentials(path: string, contextName?: string): Promise<Credentials> {
  const text = await readFile(path, 'utf8');
  const config = Kubeconfig.parse(decoded(text));
  const wanted = contextName ?? config['current-context'];
  const context = config.contexts.find(({ name }) => name === wanted)?.context;
  if (!context) throw new Error(`${path} has no context "${wanted}"`);
  const cluster = config.clusters.find(({ name }) => name === context.cluster)?.cluster;
  if (!cluster) throw new Error(`${path} has no cluster "${context.cluster}"`);
  const user = config.users.find(({ name }) => name === context.user)?.user ?? {};
  const file = (name: string) => resolve(dirname(path), name);
  const pem = async (data: string | undefined, name: string | undefined) =>
    data !== undefined ? Buffer.from(data, 'base64').toString('utf8') : name !== undefined ? await readFile(file(name), 'utf8') : undefined;

  const credentials: Credentials = {
    server: cluster.server.replace(/\/+$/, ''),
    ca: await pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    insecure: cluster['insecure-skip-tls-verify'],
    serverName: cluster['tls-server-name'],
    namespace: context.namespace,
  };
  if (user.exec !== undefined || user['auth-provider'] !== undefined) return { ...credentials, prepare: await pluginOf(path, wanted) };
  return {
    ...credentials,
    cert: await pem(user['client-certificate-data'], user['client-certificate']),
    key: await pem(user['client-key-data'], user['client-key']),
    token: user.token ?? (user.tokenFile === undefined ? undefined : fileToken(file(user.tokenFile))),
    basic: user.username === undefined ? undefined : { username: user.username, password: user.password ?? '' },
  };
}

/** Decodes YAML. skiff writes its own files as JSON: of these the agent would load the YAML library for nothing. */
function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parse(text);
  }
}

/** Loads the client library on demand: the import costs half a second. */
async function pluginOf(path: string, context: string): Promise<NonNullable<Credentials['prepare']>> {
  const { KubeConfig } = await import('@kubernetes/client-node').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the user of context "${context}" in ${path} logs in by a plugin (exec, auth-provider), for which @kubernetes/client-node is needed: install it (npm install @kubernetes/client-node): ${reason}`,
    );
  });
  const config = new KubeConfig();
  config.loadFromFile(path);
  config.setCurrentContext(context);
  return async (options) => config.applyToHTTPSOptions(options);
}
