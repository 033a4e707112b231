import { expect, it } from '@jest/globals';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { noPodMetrics } from '../../contract/pod-metrics.ts';
import { createStatusWriter } from './status-writer.ts';

it('the names of claims stay as others have written them, whatever the node knew of them', async () => {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const end = new AbortController();
  const writer = createStatusWriter({ client, clock, log: silentLogger, metrics: noPodMetrics }, end.signal);
  const pod = await client.create(pods, { metadata: { name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
  const written = {
    resourceClaimStatuses: [{ name: 'x', resourceClaimName: 'x-1' }],
    extendedResourceClaimStatus: { resourceClaimName: 'y', requestMappings: [] },
  };
  await client.update(pods, { ...pod, status: written }, { subresource: 'status' });
  writer.put(pod, { phase: 'Running' });
  await writer.flushed(pod.metadata.uid);
  const { status } = await client.get(pods, { namespace: 'default', name: 'p' });
  expect(status).toMatchObject({ phase: 'Running', ...written });
  end.abort();
});

it('the time until the API has a status counts from the change, through failures; each write counts once', async () => {
  const clock = createFakeClock();
  const client = createMemoryClient(clock);
  const end = new AbortController();
  const seconds: number[] = [];
  const metrics = { statusWritten: (time: number) => seconds.push(time) };
  const writer = createStatusWriter({ client, clock, log: silentLogger, metrics }, end.signal);
  const pod = await client.create(pods, { metadata: { name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
  client.failNext('update pods/status', new Error('no server'));
  writer.put(pod, { phase: 'Pending' });
  await clock.advance(400);
  writer.put(pod, { phase: 'Running' });
  await clock.advance(2_000);
  expect(seconds).toEqual([1]);
  writer.put(pod, { phase: 'Running' });
  await clock.advance(2_000);
  writer.put(pod, { phase: 'Succeeded' });
  await clock.advance(2_000);
  expect(seconds).toEqual([1, 0]);
  end.abort();
});
