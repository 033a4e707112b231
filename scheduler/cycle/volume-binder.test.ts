import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { Binding } from '../../api/kinds/core/binding.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { persistentVolumes } from '../../api/kinds/core/persistent-volume/index.ts';
import { aClaim, aVolume } from '../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import { persistentVolumeClaims } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { BIND_COMPLETED, SELECTED_NODE } from '../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { storageClasses } from '../../api/kinds/storage/storage-class.ts';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { MemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createMemoryClient } from '../../runtime/client/memory-client.fixture.ts';
import { createInformers } from '../../runtime/watch/informer-set.ts';
import { defaultConfiguration, defaultProfile } from '../config/configuration.ts';
import { node, pod } from '../state/objects.fixture.ts';
import { createScheduler } from './scheduler.ts';

const claimKey = { namespace: 'default', name: 'c' };
const using = (claimName: string) => ({ spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] } });
let clock: FakeClock;
let client: MemoryClient;
let stop: AbortController;
let run: Promise<void>;
let events: string[];

beforeEach(async () => {
  clock = createFakeClock();
  client = createMemoryClient(clock);
  client.onSubresource('pods', 'binding', (key, body) =>
    client.patch(pods, key, { type: 'merge', body: { spec: { nodeName: (body as Binding).target.name } } }),
  );
  stop = new AbortController();
  events = [];
  const recorder = () => ({ event: (_object: object, _type: string, reason: string, message: string) => void events.push(`${reason}: ${message}`) });
  const informers = createInformers({ client, clock, log: silentLogger, signal: stop.signal });
  const hasty = defaultProfile('hasty');
  const profiles = [defaultProfile(), { ...hasty, args: { ...hasty.args, VolumeBinding: { bindTimeoutSeconds: 5 } } }];
  const configuration = { ...defaultConfiguration(), profiles };
  const scheduler = createScheduler({ client, informers, clock, log: silentLogger, recorder, registry: new Registry(), configuration });
  run = scheduler.run(stop.signal);
  await scheduler.ready;
  await client.create(nodes, node('a'));
  await client.create(storageClasses, { metadata: { name: 'late' }, provisioner: 'x.example.com/p', volumeBindingMode: 'WaitForFirstConsumer' });
  await createClaim('c');
});
afterEach(async () => {
  stop.abort();
  await run;
});

async function createClaim(name: string, storageClassName = 'late') {
  const { metadata: _identity, ...claim } = aClaim(name, { storageClassName });
  return client.create(persistentVolumeClaims, { ...claim, metadata: { name, namespace: 'default' } });
}
const claim = (name = 'c') => client.get(persistentVolumeClaims, { namespace: 'default', name });
const nodeOf = async (name: string) => (await client.get(pods, { namespace: 'default', name })).spec?.nodeName;
const nominatedNodeOf = async (name: string) => (await client.get(pods, { namespace: 'default', name })).status?.nominatedNodeName;
const completeBinding = (volumeName: string, name = 'c') =>
  client.patch(
    persistentVolumeClaims,
    { namespace: 'default', name },
    { type: 'merge', body: { metadata: { annotations: { [BIND_COMPLETED]: 'yes' } }, spec: { volumeName } } },
  );

describe('a pod whose claim waits for it', () => {
  it('is bound once a volume has been made for its node', async () => {
    await client.create(pods, pod('p', using('c')));
    await clock.settle();
    expect((await claim()).metadata.annotations).toEqual({ [SELECTED_NODE]: 'a' });
    expect([await nodeOf('p'), await nominatedNodeOf('p')]).toEqual([undefined, 'a']);
    await client.create(persistentVolumes, aVolume('made'));
    await completeBinding('made');
    await clock.settle();
    expect(await nodeOf('p')).toBe('a');
    expect(events).toEqual(['Scheduled: Successfully assigned default/p to a']);
  });

  it('is tried again if provisioning failed, and the claim asks anew', async () => {
    await client.create(pods, pod('p', using('c')));
    await clock.settle();
    await client.patch(persistentVolumeClaims, claimKey, { type: 'merge', body: { metadata: { annotations: { [SELECTED_NODE]: null } } } });
    await clock.settle();
    expect(await nominatedNodeOf('p')).toBeUndefined();
    expect(events).toEqual(['FailedScheduling: running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "c"']);
    await clock.advance(10_000);
    expect((await claim()).metadata.annotations).toEqual({ [SELECTED_NODE]: 'a' });
  });

  it.each([
    ['default-scheduler', 600],
    ['hasty', 5],
  ])('waits as long as the profile %s allows: %i s', async (schedulerName, seconds) => {
    await client.create(pods, pod('p', { spec: { ...using('c').spec, schedulerName } }));
    await clock.settle();
    await clock.advance(seconds * 1000 - 1000);
    expect(events).toEqual([]);
    await clock.advance(1000);
    expect(events).toContain('FailedScheduling: running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded');
  });

  it('holds up no other pod', async () => {
    for (let index = 0; index < 130; index++) {
      await createClaim(`c${index}`);
      await client.create(pods, pod(`p${index}`, using(`c${index}`)));
    }
    await client.create(nodes, node('b', { pods: '500' }));
    await client.create(pods, pod('free'));
    await clock.settle();
    await clock.advance(10_000);
    expect(await nodeOf('free')).toBeDefined();
  });

  it('that is deleted meanwhile gives its room back', async () => {
    await client.create(pods, pod('p', { ...using('c'), cpu: '4' }));
    await clock.settle();
    await client.delete(pods, { namespace: 'default', name: 'p' });
    await client.create(pods, pod('q', { cpu: '4' }));
    await clock.settle();
    await clock.advance(10_000);
    expect(await nodeOf('q')).toBe('a');
  });

  it('reserves a volume that is there, and no two pods get the same', async () => {
    await client.create(storageClasses, {
      metadata: { name: 'manual' },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    for (const name of ['v', 'w']) await client.create(persistentVolumes, aVolume(name, { storageClassName: 'manual' }));
    for (const name of ['d', 'e']) await createClaim(name, 'manual');
    await clock.settle();
    for (const name of ['d', 'e']) await client.create(pods, pod(`p-${name}`, using(name)));
    await clock.settle();
    const { items } = await client.list(persistentVolumes);
    expect(items.map(({ spec }) => spec?.claimRef?.name).sort()).toEqual(['d', 'e']);
  });
});
