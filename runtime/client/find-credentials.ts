import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from './credentials.ts';
import { kubeconfigCredentials } from './kubeconfig.ts';
import { fileToken } from './token-file.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds credentials in the order of controller-runtime: the named kubeconfig, the first file of `$KUBECONFIG` that exists,
 * the pod's service account, `~/.kube/config`.
 * @throws Error if there are none, or the file cannot be read.
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

/**
 * Returns the credentials of the pod's service account at `$KUBERNETES_SERVICE_HOST`.
 * @throws Error outside a pod.
 */
export async function inClusterCredentials(): Promise<Credentials> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  if (host === '') throw new Error('not in a pod: KUBERNETES_SERVICE_HOST is not set');
  const ca = await readFile(join(SERVICE_ACCOUNT, 'ca.crt'), 'utf8');
  const namespace = (await readFile(join(SERVICE_ACCOUNT, 'namespace'), 'utf8')).trim();
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { server, ca, namespace, token: fileToken(join(SERVICE_ACCOUNT, 'token')) };
}
