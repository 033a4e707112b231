import { afterEach, describe, expect, it } from '@jest/globals';
import type { CronJob } from '../../../api/kinds/batch/cron-job/index.ts';
import { cronJobs } from '../../../api/kinds/batch/cron-job/index.ts';
import type { Job } from '../../../api/kinds/batch/job/index.ts';
import { jobs } from '../../../api/kinds/batch/job/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import type { ControllersCluster, PodWish } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
let clock: FakeClock;
afterEach(() => cluster.stop());

/** The minutes between the epoch and 2026, in which Jobs are named. */
const YEAR = Date.UTC(2026, 0) / 60_000;
const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'c' }] } };

function cronJob(spec: Partial<CronJob['spec']> = {}): CronJob {
  return { metadata: { name: 'tick', namespace: 'default' }, spec: { schedule: '* * * * *', jobTemplate: { spec: { template } }, ...spec } };
}

async function start(wish: PodWish = 'succeed'): Promise<void> {
  clock = createFakeClock();
  cluster = await startControllersCluster({ clock, advance: { clock, stepMs: 1000 }, runPods: () => wish });
}

const jobNames = async () => (await cluster.list(jobs)).map(({ metadata }) => metadata.name).sort();
const status = async () => (await cluster.client.get(cronJobs, keyIn('tick'))).status ?? {};
const events = () => cluster.eventsOn('CronJob', 'tick');
const eventIs = (text: string) => cluster.until(`there is the event ${text}`, async () => (await events()).includes(text));
const runs = (count: number) => cluster.until(`${count} Jobs are there`, async () => (await jobNames()).length === count);

describe('a CronJob', () => {
  it('makes a Job at each time, named after it, and follows it', async () => {
    await start();
    await cluster.client.create(
      cronJobs,
      cronJob({ jobTemplate: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec: { template } } }),
    );
    await runs(1);
    const name = `tick-${YEAR + 1}`;
    const job = await cluster.client.get(jobs, keyIn(name));
    expect(job.metadata).toMatchObject({
      labels: { a: 'b' },
      annotations: { c: 'd', 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', controller: true, blockOwnerDeletion: true }],
    });
    await cluster.until('its end is seen', async () => (await status()).lastSuccessfulTime);
    expect(await status()).toMatchObject({ lastScheduleTime: '2026-01-01T00:01:00Z' });
    expect((await status()).active).toBeUndefined();
    await eventIs(`SuccessfulCreate: Created job ${name}`);
    await eventIs(`SawCompletedJob: Saw completed job: ${name}, condition: Complete`);
    await runs(2);
    expect(await jobNames()).toEqual([name, `tick-${YEAR + 2}`]);
  });

  it('lists the Jobs that run', async () => {
    await start('run');
    await cluster.client.create(cronJobs, cronJob());
    await cluster.until('two run', async () => (await status()).active?.length === 2);
    const [first] = (await status()).active ?? [];
    const { metadata } = await cluster.client.get(jobs, keyIn(`tick-${YEAR + 1}`));
    expect(first).toMatchObject({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'default', name: metadata.name, uid: metadata.uid });
  });

  it('that forbids a second Job waits for the first', async () => {
    await start('run');
    await cluster.client.create(cronJobs, cronJob({ concurrencyPolicy: 'Forbid' }));
    await runs(1);
    await eventIs('JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid');
    expect(await jobNames()).toHaveLength(1);
  });

  it('that replaces deletes the first', async () => {
    await start('run');
    await cluster.client.create(cronJobs, cronJob({ concurrencyPolicy: 'Replace' }));
    await eventIs(`SuccessfulDelete: Deleted job tick-${YEAR + 1}`);
    await cluster.until('the second runs', async () => (await jobNames()).join() === `tick-${YEAR + 2}`);
    await cluster.until('it alone is listed', async () => (await status()).active?.map(({ name }) => name).join() === `tick-${YEAR + 2}`);
  });

  it('keeps as many ended Jobs as it may, and their pods', async () => {
    await start();
    await cluster.client.create(cronJobs, cronJob({ successfulJobsHistoryLimit: 1 }));
    await cluster.until('the first is deleted', async () => (await events()).includes(`SuccessfulDelete: Deleted job tick-${YEAR + 1}`));
    await cluster.until('one is left', async () => (await jobNames()).length === 1 && (await cluster.list(pods)).length === 1);
  });

  it('makes nothing while it is suspended', async () => {
    await start();
    await cluster.client.create(cronJobs, cronJob({ suspend: true }));
    await clock.advance(200_000);
    expect(await jobNames()).toEqual([]);
    await cluster.client.patch(cronJobs, keyIn('tick'), { type: 'merge', body: { spec: { suspend: false } } });
    await runs(1);
    expect(await jobNames()).toEqual([`tick-${YEAR + 3}`]);
  });

  it('with a new schedule makes up for none of its times', async () => {
    await start();
    await cluster.client.create(cronJobs, cronJob({ schedule: '0 12 * * *' }));
    await clock.advance(330_000);
    await cluster.client.patch(cronJobs, keyIn('tick'), { type: 'merge', body: { spec: { schedule: '*/5 * * * *' } } });
    await clock.advance(60_000);
    expect(await jobNames()).toEqual([]);
    await runs(1);
    expect(await jobNames()).toEqual([`tick-${YEAR + 10}`]);
  });

  it('does not make up for a run that is past its starting deadline', async () => {
    await start();
    await cluster.client.create(cronJobs, cronJob({ suspend: true, startingDeadlineSeconds: 10 }));
    await clock.advance(90_000);
    await cluster.client.patch(cronJobs, keyIn('tick'), { type: 'merge', body: { spec: { suspend: false } } });
    await clock.advance(2000);
    expect(await jobNames()).toEqual([]);
    await runs(1);
    expect(await jobNames()).toEqual([`tick-${YEAR + 2}`]);
  });

  it('runs at the hours of its time zone', async () => {
    await start();
    await cluster.client.create(cronJobs, cronJob({ schedule: '2 1 * * *', timeZone: 'Europe/Berlin' }));
    await runs(1);
    const [job] = await cluster.list(jobs);
    expect(job?.metadata.annotations).toEqual({ 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T01:02:00+01:00' });
  });

  it('notices a Job that it did not make, and one that went missing', async () => {
    await start('run');
    const { metadata } = await cluster.client.create(cronJobs, cronJob({ schedule: '0 0 1 1 *' }));
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid: metadata.uid, controller: true };
    const made: Job = { metadata: { name: 'by-hand', namespace: 'default', ownerReferences: [owner] }, spec: { template } };
    const job = await cluster.client.create(jobs, made);
    await eventIs('UnexpectedJob: Saw a job that the controller did not create or forgot: by-hand');
    const fresh = await cluster.client.get(cronJobs, keyIn('tick'));
    const active = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'by-hand', namespace: 'default', uid: job.metadata.uid }];
    await cluster.client.update(cronJobs, { ...fresh, status: { active } }, { subresource: 'status' });
    await cluster.client.delete(jobs, keyIn('by-hand'), { propagationPolicy: 'Background' });
    await eventIs('MissingJob: Active job went missing: by-hand');
    await cluster.until('it is listed no more', async () => (await status()).active === undefined);
  });

  it('does not make a run twice when its status is not written', async () => {
    clock = createFakeClock();
    let refused = 0;
    cluster = await startControllersCluster({
      clock,
      advance: { clock, stepMs: 1000 },
      runPods: () => 'run',
      controllersClient: (client) => ({
        ...client,
        update: (kind, object, options) => {
          if (kind.plural === 'cronjobs' && refused++ < 3) return Promise.reject(new Error('the server is away'));
          return client.update(kind, object, options);
        },
      }),
    });
    await cluster.client.create(cronJobs, cronJob());
    await cluster.until('the run is listed', async () => (await status()).active?.length === 1);
    expect(await jobNames()).toEqual([`tick-${YEAR + 1}`]);
    expect(refused).toBeGreaterThan(3);
  });
});

describe('a Job with a time to live', () => {
  it('is deleted with its pods once it is over, also if it is set later', async () => {
    await start();
    for (const [name, spec] of Object.entries({ soon: { ttlSecondsAfterFinished: 30 }, later: {} })) {
      await cluster.client.create(jobs, { metadata: { name, namespace: 'default' }, spec: { template, ...spec } });
    }
    const both = async () => (await cluster.list(jobs)).filter(({ status: { completionTime } = {} }) => completionTime).length === 2;
    await cluster.until('both have ended', both);
    await clock.advance(20_000);
    expect(await jobNames()).toEqual(['later', 'soon']);
    await cluster.until('one is deleted', async () => (await jobNames()).join() === 'later');
    await cluster.client.patch(jobs, keyIn('later'), { type: 'merge', body: { spec: { ttlSecondsAfterFinished: 0 } } });
    await cluster.until('both are, with their pods', async () => (await jobNames()).length === 0 && (await cluster.list(pods)).length === 0);
  });
});
