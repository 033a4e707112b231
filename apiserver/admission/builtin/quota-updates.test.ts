import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resourceQuotas } from '../../../api/kinds/core/resource-quota.ts';
import type { TestServer } from '../../test-server.fixture.ts';
import { startTestServer } from '../../test-server.fixture.ts';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
  await server.ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } });
});
afterEach(() => server.stop());

const PODS = '/api/v1/namespaces/default/pods';
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const key = { namespace: 'default', name: 'q' };

const post = (path: string, body: object) => server.ask('POST', path, { body });
const patch = (path: string, body: object) => server.ask('PATCH', path, { headers: { 'content-type': 'application/merge-patch+json' }, body });
const addPod = (name: string, resources: object = {}) =>
  post(PODS, { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i', resources }] } });

/** Makes a quota that nobody has counted, or that was counted once. */
async function quota(hard: Record<string, string>, spec: object = {}, counted = true) {
  await post('/api/v1/namespaces/default/resourcequotas', { metadata: { name: 'q' }, spec: { hard, ...spec } });
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
  await server.objects.modify(resourceQuotas, key, (object) => ({ ...object, status: { hard, ...(counted ? { used } : {}) } }));
}
const used = () => server.objects.get(resourceQuotas, key)?.status?.used;

describe('an update of a pod', () => {
  it('that lets it end by a deadline is charged to the scope that it enters, if there is room', async () => {
    await quota({ pods: '1' }, { scopes: ['Terminating'] });
    await addPod('a');
    await addPod('b');
    expect((await patch(`${PODS}/a`, { spec: { activeDeadlineSeconds: 60 } })).status).toBe(200);
    expect(used()).toEqual({ pods: '1' });
    expect((await patch(`${PODS}/b`, { spec: { activeDeadlineSeconds: 60 } })).json.message).toBe(
      'pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    );
    expect((await patch(`${PODS}/a`, { spec: { activeDeadlineSeconds: 30 } })).status).toBe(200);
    expect(used()).toEqual({ pods: '1' });
  });

  it('that resizes it is charged for the difference', async () => {
    await quota({ 'requests.cpu': '1' });
    await addPod('a', { requests: { cpu: '500m' } });
    const resize = (cpu: string) =>
      patch(`${PODS}/a/resize`, { spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] } });
    expect((await resize('900m')).status).toBe(200);
    expect(used()).toEqual({ 'requests.cpu': '900m' });
    expect((await resize('1100m')).json.message).toBe(
      'pods "a" is forbidden: exceeded quota: q, requested: requests.cpu=200m, used: requests.cpu=900m, limited: requests.cpu=1',
    );
  });

  it('is let through whatever quotas say, unless its charge changes', async () => {
    await addPod('a');
    await quota({ pods: '1', 'requests.cpu': '1' }, {}, false);
    expect((await patch(`${PODS}/a`, { metadata: { labels: { a: 'b' } } })).status).toBe(200);
    expect((await addPod('b', { requests: { cpu: '1' } })).json.message).toBe(
      'pods "b" is forbidden: status unknown for quota: q, resources: pods,requests.cpu',
    );
  });
});

it('a status is charged, and never refused, if a claim enters a scope by it', async () => {
  const matchExpressions = [{ scopeName: 'VolumeAttributesClass', operator: 'In', values: ['gold'] }];
  await quota({ persistentvolumeclaims: '0', 'requests.storage': '5Gi' }, { scopeSelector: { matchExpressions } });
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  await post(CLAIMS, { metadata: { name: 'c' }, spec: claim });
  expect(used()).toEqual({ persistentvolumeclaims: '0', 'requests.storage': '0' });
  const setStatus = (status: object) => patch(`${CLAIMS}/c/status`, { status });
  expect((await setStatus({ phase: 'Bound' })).status).toBe(200);
  expect(used()).toEqual({ persistentvolumeclaims: '0', 'requests.storage': '0' });
  expect((await setStatus({ currentVolumeAttributesClassName: 'gold' })).status).toBe(200);
  expect(used()).toEqual({ persistentvolumeclaims: '1', 'requests.storage': '1Gi' });
  expect((await post(CLAIMS, { metadata: { name: 'd' }, spec: { ...claim, volumeAttributesClassName: 'gold' } })).status).toBe(403);
});
