import { afterEach, expect, it } from '@jest/globals';
import { secrets } from '../../../api/kinds/core/secret.ts';
import { serviceAccounts } from '../../../api/kinds/core/service-account.ts';
import { timeText } from '../../../base/clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
afterEach(() => cluster.stop());

const base64 = (text: string) => Buffer.from(text).toString('base64');

it('a bootstrap token goes when it expires', async () => {
  const clock = createFakeClock();
  cluster = await startControllersCluster({ clock, advance: { clock, stepMs: 1000 } });
  await cluster.client.create(secrets, {
    metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data: { expiration: base64(timeText(clock.now() + 60_000)) },
  });
  await clock.advance(55_000);
  expect(await cluster.find(secrets, 'bootstrap-token-abcdef', 'kube-system')).toBeDefined();
  await clock.advance(10_000);
  expect(await cluster.find(secrets, 'bootstrap-token-abcdef', 'kube-system')).toBeUndefined();
});

it('a token secret of a service account is filled, and again when it loses something', async () => {
  cluster = await startControllersCluster();
  const account = await cluster.client.create(serviceAccounts, { metadata: { name: 'robot', namespace: 'default' } });
  await cluster.client.create(secrets, {
    metadata: { name: 'token', namespace: 'default', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    type: 'kubernetes.io/service-account-token',
  });
  const filled = () =>
    cluster.until('the secret is filled', async () => {
      const secret = await cluster.find(secrets, 'token');
      return secret?.data?.token !== undefined && secret.data['ca.crt'] !== undefined && secret;
    });
  const secret = await filled();
  const text = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
  expect([text('ca.crt'), text('namespace')]).toEqual(['PEM', 'default']);
  expect(secret.metadata.annotations?.['kubernetes.io/service-account.uid']).toBe(account.metadata.uid);
  const claims = JSON.parse(Buffer.from(text('token').split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({
    sub: 'system:serviceaccount:default:robot',
    'kubernetes.io': { secret: { name: 'token', uid: secret.metadata.uid } },
  });
  await cluster.client.patch(secrets, keyIn('token'), { type: 'merge', body: { data: { 'ca.crt': null } } });
  expect((await filled()).data?.token).toBe(secret.data?.token);
});

it('the token secrets of a service account go with it, and only they', async () => {
  cluster = await startControllersCluster();
  await cluster.client.create(serviceAccounts, { metadata: { name: 'robot', namespace: 'default' } });
  const annotations = { 'kubernetes.io/service-account.name': 'robot' };
  await cluster.client.create(secrets, {
    metadata: { name: 'token', namespace: 'default', annotations },
    type: 'kubernetes.io/service-account-token',
  });
  await cluster.client.create(secrets, { metadata: { name: 'notes', namespace: 'default', annotations } });
  await cluster.client.delete(serviceAccounts, keyIn('robot'));
  await cluster.until('the token is gone', async () => !(await cluster.find(secrets, 'token')));
  expect(await cluster.find(secrets, 'notes')).toBeDefined();
});
