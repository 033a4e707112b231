import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigCredentials } from './kubeconfig.ts';

/** Where a server is and how to be someone there. PEM texts. */
export interface Credentials {
  /** `https://host:port`, with a path where the API stands below one. */
  readonly server: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** A bearer token, or how to get the current one. */
  readonly token?: string | (() => Promise<string>);
  readonly basic?: { readonly username: string; readonly password: string };
  readonly serverName?: string;
  readonly insecure?: boolean;
  /** Fills in what a plugin decides, before each request. */
  readonly prepare?: (options: RequestOptions) => Promise<void>;
  /** The namespace to use where none is named. */
  readonly namespace?: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Projected tokens are rotated: read them again this often, as client-go does. */
const TOKEN_LIFE_MS = 60_000;

/**
 * The named kubeconfig, else the first there is of `$KUBECONFIG`, else the pod's service account, else `~/.kube/config`: the order of controller-runtime.
 * @throws Error where there is none, or it is not readable.
 */
export async function findCredentials(options: { readonly kubeconfig?: string; readonly context?: string } = {}): Promise<Credentials> {
  const listed = (options.kubeconfig ?? process.env.KUBECONFIG ?? '').split(':').filter((path) => path !== '');
  const path = listed.find((candidate) => existsSync(candidate)) ?? listed[0];
  if (path !== undefined) return kubeconfigCredentials(path, options.context);
  const inHome = join(homedir(), '.kube', 'config');
  if (process.env.KUBERNETES_SERVICE_HOST && existsSync(join(SERVICE_ACCOUNT, 'token'))) return inClusterCredentials();
  if (existsSync(inHome)) return kubeconfigCredentials(inHome, options.context);
  throw new Error('no cluster is configured: name a kubeconfig, set KUBECONFIG, or run in a pod');
}

/** The pod's service account and `$KUBERNETES_SERVICE_HOST`. */
export async function inClusterCredentials(): Promise<Credentials> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  if (host === '') throw new Error('not in a pod: KUBERNETES_SERVICE_HOST is not set');
  const ca = await readFile(join(SERVICE_ACCOUNT, 'ca.crt'), 'utf8');
  const namespace = (await readFile(join(SERVICE_ACCOUNT, 'namespace'), 'utf8')).trim();
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { server, ca, namespace, token: fileToken(join(SERVICE_ACCOUNT, 'token')) };
}

/** A token that lives in a file and may be replaced there. */
export function fileToken(path: string): () => Promise<string> {
  let cached: { readonly token: string; readonly until: number } | undefined;
  return async () => {
    if (!cached || performance.now() > cached.until) {
      cached = { token: (await readFile(path, 'utf8')).trim(), until: performance.now() + TOKEN_LIFE_MS };
    }
    return cached.token;
  };
}
