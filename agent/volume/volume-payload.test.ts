import { describe, expect, it } from '@jest/globals';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { directSource } from './object-cache.ts';
import { volumePayload } from './volume-payload.ts';

const client = createMemoryClient(createFakeClock());
const base64 = (text: string) => Buffer.from(text).toString('base64');
const metadata = { name: 'o', namespace: 'default' };
await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1', b: '2' }, binaryData: { bin: base64('\0x') } });
await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data: { s: base64('hidden') } });

const pod = aPod(
  { containers: [aContainer('c', { resources: { limits: { cpu: '250m' } } })], securityContext: {} },
  { labels: { l: 'v', k: 'w' }, annotations: { note: 'line\n"q"' } },
);
const tokens = {
  token: async () => 'secret-token',
  issue: async () => ({ token: 'secret-token', expirationTimestamp: '2026-01-01T01:00:00Z' }),
  refreshAt: () => undefined,
  forget: () => {},
};
async function payload(volume: Omit<Volume, 'name'>, of = pod) {
  const sources = {
    objects: directSource(client),
    tokens,
    addresses: { podIps: ['10.0.0.5'], hostIps: ['192.0.2.1'] },
    allocatable: { cpu: '2', memory: '4Gi' },
  };
  const found = await volumePayload(of, { name: 'v', ...volume }, sources);
  return Object.fromEntries([...found].map(([path, { content, mode }]) => [path, `${content.toString()} ${mode.toString(8)}`]));
}

describe('the files of a volume', () => {
  it('are the data of its ConfigMap, with its default mode', async () => {
    expect(await payload({ configMap: { name: 'o', defaultMode: 0o600 } })).toEqual({ a: '1 600', b: '2 600', bin: '\0x 600' });
  });

  it('are the items that were chosen, under their paths and modes', async () => {
    const items = [
      { key: 'a', path: 'x/y', mode: 0o400 },
      { key: 'b', path: 'z' },
    ];
    expect(await payload({ configMap: { name: 'o', items } })).toEqual({ 'x/y': '1 400', z: '2 644' });
  });

  it('are the decoded data of its Secret', async () => {
    expect(await payload({ secret: { secretName: 'o' } })).toEqual({ s: 'hidden 644' });
  });

  it('are missed by name, unless they are optional', async () => {
    await expect(payload({ configMap: { name: 'nope' } })).rejects.toThrow('configmap "nope" not found');
    await expect(payload({ secret: { secretName: 'nope' } })).rejects.toThrow('secret "nope" not found');
    await expect(payload({ configMap: { name: 'o', items: [{ key: 'q', path: 'q' }] } })).rejects.toThrow('references non-existent config key: q');
    expect(await payload({ configMap: { name: 'nope', optional: true } })).toEqual({});
    expect(await payload({ configMap: { name: 'o', optional: true, items: [{ key: 'q', path: 'q' }] } })).toEqual({});
  });

  it('tell the pod of itself', async () => {
    const items = [
      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
      { path: 'note', fieldRef: { fieldPath: "metadata.annotations['note']" } },
      { path: 'cpu', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu', divisor: '1m' } },
      { path: 'memory', resourceFieldRef: { containerName: 'c', resource: 'limits.memory', divisor: '1Mi' } },
      { path: 'ip', fieldRef: { fieldPath: 'status.podIP' } },
    ];
    expect(await payload({ downwardAPI: { items } })).toEqual({
      labels: 'k="w"\nl="v" 644',
      note: 'line\n"q" 644',
      cpu: '250 644',
      memory: '4096 644',
      ip: '10.0.0.5 644',
    });
  });

  it('can be put together from several sources', async () => {
    const sources = [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
      { configMap: { name: 'o', items: [{ key: 'a', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
    ];
    expect(await payload({ projected: { defaultMode: 0o644, sources } })).toEqual({
      token: 'secret-token 644',
      'ca.crt': '1 644',
      namespace: 'default 644',
    });
  });

  it('keep a token to the user or the group that the pod runs as', async () => {
    const projected = { sources: [{ serviceAccountToken: { path: 'token' } }] };
    expect(await payload({ projected }, aPod({ ...pod.spec, securityContext: { runAsUser: 1000 } }))).toEqual({ token: 'secret-token 600' });
    expect(await payload({ projected }, aPod({ ...pod.spec, securityContext: { fsGroup: 2000 } }))).toEqual({ token: 'secret-token 640' });
  });
});
