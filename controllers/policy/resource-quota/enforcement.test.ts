import { expect, it } from '@jest/globals';
import { conceptQuotas } from '../../../api/concepts/resource-quota.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { secrets } from '../../../api/kinds/core/secret.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { resourceQuotaController } from './controller.ts';
import { enforcedStatus, newFaults } from './enforcement.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const counted = { hard: { pods: '3' }, used: { pods: '1' } };
const enforcement = { on: true, isSettled: () => false, uncounted: [] };
const reservation = { uid: 'a', name: 'a', resource: 'pods', amounts: { pods: '1', 'requests.cpu': '1' }, since: '2026-01-01T00:00:00Z' };

it('a count keeps what was let through and is not there yet, in the resources that the quota limits', () => {
  const before = { reservations: [reservation] };
  expect(enforcedStatus(counted, before, enforcement, NOW)).toMatchObject({ used: { pods: '2' }, reservations: [reservation] });
  const settled = enforcedStatus(counted, before, { ...enforcement, isSettled: () => true }, NOW);
  expect([settled.used, settled.reservations]).toEqual([{ pods: '1' }, undefined]);
  expect(enforcedStatus(counted, before, enforcement, NOW + 80_000).used).toEqual({ pods: '1' });
});

it('a quota tells whether it is enforced and counted, and a fault is an event once', () => {
  const off = enforcedStatus(counted, undefined, { on: false, isSettled: () => false, uncounted: ['secrets'] }, NOW);
  expect(off.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
    'Enforced=False WebhookDisabled',
    'Counted=False CannotList',
  ]);
  expect(newFaults({}, off).map(({ reason }) => reason)).toEqual(['WebhookDisabled', 'CannotList']);
  expect(newFaults({ status: off }, off)).toEqual([]);
  const on = enforcedStatus(counted, off, enforcement, NOW + 1000);
  expect(on.conditions?.map(({ type, status, lastTransitionTime }) => `${type}=${status} ${lastTransitionTime}`)).toEqual([
    'Enforced=True 2026-01-01T00:00:01Z',
    'Counted=True 2026-01-01T00:00:01Z',
  ]);
});

it('the controller counts reservations until it sees their objects, or that they are gone', async () => {
  const stub = createStubEnv(resourceQuotaController({ resourceQuotas: conceptQuotas, counted: () => [pods, secrets], enforcement: { on: true } }));
  const key = { namespace: 'default', name: 'q' };
  const first = await stub.client.create(pods, { metadata: { name: 'a', namespace: 'default' } });
  const reservations = [{ ...reservation, uid: first.metadata.uid, since: new Date(stub.clock.now()).toISOString() }];
  await stub.client.create(conceptQuotas, {
    metadata: key,
    spec: { hard: { pods: '3' } },
    status: { hard: { pods: '3' }, used: { pods: '1' }, reservations },
  });
  const round = async () => {
    for (let i = 0; i < 3; i++) {
      await stub.catchUp(conceptQuotas);
      await stub.reconcile('q');
    }
    return (await stub.client.get(conceptQuotas, key)).status;
  };
  expect(await round()).toMatchObject({ used: { pods: '1' }, reservations: [{ name: 'a' }] });
  stub.show(pods, first);
  const seen = await round();
  expect([seen?.used, seen?.reservations]).toEqual([{ pods: '1' }, undefined]);
  stub.hide(pods, first);
  expect((await round())?.used).toEqual({ pods: '0' });
});
