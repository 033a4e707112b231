import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace('batch');
});
afterAll(() => cluster.stop());

/** Pods of the template run for 50 ms, then exit with the code. */
const template = (exitCode = 0) => ({
  metadata: { annotations: { 'simulated.skiff.dev/run-for': '50', 'simulated.skiff.dev/exit-code': String(exitCode) } },
  spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'c' }] },
});
const job = (name: string, spec: object) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template: template(), ...spec } });
const cronJob = (name: string, spec: object) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name },
  spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: template() } }, ...spec },
});
const create = (object: object) => kubectl.input(object, 'create', '-f', '-');
const waitFor = (condition: string, name: string) => kubectl('wait', `--for=condition=${condition}`, `job/${name}`, '--timeout=60s');

describe('a Job', () => {
  it('completes, as kubectl waits for it and prints it', async () => {
    await create(job('ok', { completions: 3, parallelism: 2 }));
    await waitFor('complete', 'ok');
    expect(await kubectl('get', 'job', 'ok')).toMatch(/^NAME +STATUS +COMPLETIONS +DURATION +AGE\nok +Complete +3\/3 +[\dms]+ +[\dms]+\n$/);
    expect(await kubectl('describe', 'job', 'ok')).toMatch(/Pods Statuses: +0 Active \(0 Ready\) \/ 3 Succeeded \/ 0 Failed/);
    await eventually(async () => expect(await kubectl('describe', 'job', 'ok')).toMatch(/Normal +Completed +.*job-controller +Job completed/));
  });

  it('gives indexed pods their index', async () => {
    await create(job('indexed', { completions: 3, parallelism: 3, completionMode: 'Indexed' }));
    await waitFor('complete', 'indexed');
    expect(await kubectl.path('{.status.completedIndexes}', 'job', 'indexed')).toBe('0-2');
    const hostnames = await kubectl.path('{.items[*].spec.hostname}', 'pods', '-l', 'batch.kubernetes.io/job-name=indexed');
    expect(hostnames.split(' ').sort()).toEqual(['indexed-0', 'indexed-1', 'indexed-2']);
  });

  it('fails when its pods do', async () => {
    await create(job('bad', { backoffLimit: 0, template: template(3) }));
    await waitFor('failed', 'bad');
    expect(await kubectl.path('{.status.conditions[?(@.type=="Failed")].reason}', 'job', 'bad')).toBe('BackoffLimitExceeded');
  });

  it('fails by its failure policy', async () => {
    const podFailurePolicy = { rules: [{ action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [3] } }] };
    await create(job('policy', { template: template(3), podFailurePolicy }));
    await waitFor('failed', 'policy');
    expect(await kubectl.path('{.status.conditions[?(@.type=="Failed")].message}', 'job', 'policy')).toMatch(
      /^Container c for pod batch\/policy-\w+ failed with exit code 3 matching FailJob rule at index 0$/,
    );
  });

  it('is suspended and resumed', async () => {
    await create(job('later', { suspend: true }));
    await waitFor('suspended', 'later');
    await kubectl('patch', 'job', 'later', '--type=merge', '-p', '{"spec":{"suspend":false}}');
    await waitFor('complete', 'later');
  });

  it('is deleted after its time to live, and with its pods', async () => {
    await create(job('brief', { ttlSecondsAfterFinished: 1 }));
    await kubectl('wait', '--for=delete', 'job/brief', '--timeout=60s');
    await eventually(async () => expect(await kubectl('get', 'pods', '-l', 'job-name=brief', '-o', 'name')).toBe(''));
  });
});

describe('a CronJob', () => {
  it('is the template of a Job that is made by hand', async () => {
    await create(cronJob('yearly', {}));
    await kubectl('create', 'job', 'now', '--from=cronjob/yearly');
    await waitFor('complete', 'now');
    expect(await kubectl.path('{.metadata.annotations.cronjob\\.kubernetes\\.io/instantiate}', 'job', 'now')).toBe('manual');
  });

  it('makes Jobs, and says so', async () => {
    await create(cronJob('often', { schedule: '@every 2s', successfulJobsHistoryLimit: 1 }));
    await eventually(async () => expect(await kubectl.path('{.status.lastSuccessfulTime}', 'cronjob', 'often')).not.toBe(''));
    await eventually(async () =>
      expect(await kubectl('describe', 'cronjob', 'often')).toMatch(/SuccessfulCreate +.*cronjob-controller +Created job often-\d+/),
    );
    await kubectl('delete', 'cronjob', 'often');
    await eventually(async () => expect(await kubectl('get', 'jobs', '-o', 'name')).not.toMatch(/often/));
  });
});
