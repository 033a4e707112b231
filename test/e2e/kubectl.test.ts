import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kubectl } from '../harness/commands.ts';
import type { RealCluster } from '../harness/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../harness/real-cluster.ts';

const suite = canRunContainers ? describe : describe.skip;

suite('kubectl and a real container', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  beforeAll(async () => {
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('kubectl');
    await kubectl('run', 'web', `--image=${web()}`);
    await kubectl('wait', '--for=condition=Ready', 'pod/web', '--timeout=30s');
  }, 180_000);
  afterAll(() => cluster?.down(), 60_000);

  it('a pod that kubectl run makes has an address and answers there', async () => {
    const ip = await kubectl.path('{.status.podIP}', 'pod', 'web');
    expect(await (await fetch(`http://${ip}/`)).text()).toBe('web v1 web\n');
  });

  it('kubectl logs shows what the container printed', async () => {
    expect(await kubectl('logs', 'web')).toBe('web v1 starts\n');
  });

  it('kubectl exec runs a command in the container, passes its input and answers its exit code', async () => {
    expect(await kubectl('exec', 'web', '--', 'hostname')).toBe('web\n');
    expect(await kubectl.input('typed\n', 'exec', '-i', 'web', '--', 'cat')).toBe('typed\n');
    const { code, stderr } = await kubectl.outcome(['exec', 'web', '--', 'sh', '-c', 'echo oops >&2; exit 7']);
    expect(code).toBe(7);
    expect(stderr).toBe('oops\ncommand terminated with exit code 7\n');
  });
});
