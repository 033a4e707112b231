import type { KeyPair } from '../../base/x509/certificate.ts';

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEM of the certificate authority. */
  readonly caCertificate: string;
  /** The name of the context and the cluster; default skiff. */
  readonly name?: string;
  /** The name of the user entry; default `NAME-admin`. */
  readonly user?: string;
  readonly credentials: KeyPair | { readonly token: string };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A kubeconfig with one context, its certificates inside. It is written as JSON, which every YAML reader takes. */
export function kubeconfigText(options: KubeconfigOptions): string {
  const name = options.name ?? 'skiff';
  const user = options.user ?? `${name}-admin`;
  const credentials =
    'token' in options.credentials
      ? { token: options.credentials.token }
      : { 'client-certificate-data': base64(options.credentials.certificate), 'client-key-data': base64(options.credentials.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: options.server, 'certificate-authority-data': base64(options.caCertificate) } }],
    users: [{ name: user, user: credentials }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
