import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { RequestObserver } from '../../contract/observer.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';
import { OPTIONAL_PLUGINS } from './loaders.ts';

interface Options extends NonNullable<Parameters<typeof startTestServer>[0]> {
  readonly disabled?: readonly string[];
  readonly observers?: readonly RequestObserver[];
  /** Changes the object of a write after the optional plugins have, as a webhook does. */
  readonly after?: AdmissionPlugin['admit'];
}

/** Starts a server with optional plugins, each with its configuration or none. Its default namespace has a ServiceAccount. */
export async function serverWith(
  enabled: Readonly<Record<string, unknown>>,
  { disabled = [], after, observers = [], ...options }: Options = {},
): Promise<TestServer> {
  const added = await Promise.all(
    Object.entries(enabled).map(([name, configuration]) => {
      const load = OPTIONAL_PLUGINS[name];
      if (!load) throw new Error(`there is no optional plugin ${name}`);
      return load(configuration);
    }),
  );
  const plugins = after ? [{ name: 'After', place: 'webhook' as const, admit: after }] : [];
  const parts = [{ name: 'test', plugins, observers }];
  const server = await startTestServer({ ...options, parts, admissionPlugins: { added, disabled: new Set(disabled) } });
  await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
  return server;
}

export const PODS = '/api/v1/namespaces/default/pods';
export const MERGE = { 'content-type': 'application/merge-patch+json' };
export const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };
