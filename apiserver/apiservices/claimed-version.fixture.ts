import { createCertificateAuthority, issueClientCertificate } from '../../base/x509/certificate-authority.ts';
import type { TestServer } from '../test-server.fixture.ts';
import { eventually, startTestServer } from '../test-server.fixture.ts';
import type { ExtensionServer, ExtensionServerOptions } from './extension-server.fixture.ts';
import { startExtensionServer } from './extension-server.fixture.ts';

export const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
export const FLUNDERS = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders';
const NAME = 'v1alpha1.wardle.example.com';
const SERVICE = { name: 'wardle', namespace: 'default' };

export interface Claimed {
  readonly server: TestServer;
  readonly extension: ExtensionServer;
  readonly apiService: () => Promise<{ status: number; condition: { status: string; reason: string; message: string } | undefined }>;
  /** Changes the spec of the APIService. */
  patch(spec: object): Promise<void>;
  /** Waits until the condition Available has this reason. */
  reason(reason: string): Promise<void>;
  stop(): Promise<void>;
}

/** A server with an extension server behind `wardle.example.com/v1alpha1`, known to be available. */
export async function startClaimed(options: Partial<ExtensionServerOptions> = {}): Promise<Claimed> {
  const now = Date.now();
  const proxyCa = await createCertificateAuthority('front-proxy-ca', { now });
  const identity = await issueClientCertificate(proxyCa, { commonName: 'front-proxy-client' }, { now });
  const extension = await startExtensionServer({ requestHeaderCa: proxyCa.certificate, service: SERVICE, ...options });
  const server = await startTestServer({ aggregation: { identity } });
  const service = { ...SERVICE, port: extension.port };
  const make = async (path: string, body: object) => {
    const { status, text } = await server.ask('POST', path, { body });
    if (status !== 201) throw new Error(text);
  };
  await make('/api/v1/namespaces/default/services', {
    metadata: { name: SERVICE.name },
    spec: { type: 'ExternalName', externalName: '127.0.0.1' },
  });
  await make(API_SERVICES, {
    metadata: { name: NAME },
    spec: {
      group: 'wardle.example.com',
      version: 'v1alpha1',
      groupPriorityMinimum: 2000,
      versionPriority: 200,
      service,
      caBundle: Buffer.from(extension.ca).toString('base64'),
    },
  });
  const claimed: Claimed = {
    server,
    extension,
    async apiService() {
      const { status, json } = await server.ask('GET', `${API_SERVICES}/${NAME}`);
      return { status, condition: json?.status?.conditions?.[0] };
    },
    async patch(spec) {
      const headers = { 'content-type': 'application/merge-patch+json' };
      const { status, text } = await server.ask('PATCH', `${API_SERVICES}/${NAME}`, { headers, body: { spec } });
      if (status !== 200) throw new Error(text);
    },
    reason: async (reason) => void (await eventually(async () => (await claimed.apiService()).condition?.reason === reason)),
    async stop() {
      await server.stop();
      await extension.stop();
    },
  };
  await claimed.reason('Passed');
  return claimed;
}
