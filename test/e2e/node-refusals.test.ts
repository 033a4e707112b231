import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { pod, shell } from '../support/manifests.ts';

const suite = canRunContainers ? describe : describe.skip;
const QUICK = { terminationGracePeriodSeconds: 1, restartPolicy: 'Never' };
const CORE_PATTERN = '/proc/sys/kernel/core_pattern';

suite('what a node cannot do', () => {
  let cluster: RealCluster;
  let kubectl: Kubectl;
  beforeAll(async () => {
    cluster = await startRealCluster();
    kubectl = await cluster.namespace('refusals');
  }, 180_000);
  afterAll(async () => {
    await cluster?.down();
  }, 180_000);

  const create = (...manifests: object[]) => kubectl.input(manifests, 'create', '-f', '-');
  const status = async (name: string) => JSON.parse(await kubectl('get', 'pod', name, '-o', 'jsonpath={.status}'));

  it('it refuses: a pod with users of its own, which would write to the kernel of the node without them', async () => {
    const before = readFileSync(CORE_PATTERN, 'utf8');
    const script = `echo '|/tmp/owned' > ${CORE_PATTERN}; sleep 1000`;
    const securityContext = { procMount: 'Unmasked', capabilities: { drop: ['ALL'] } };
    await create(pod('unmasked', { ...QUICK, hostUsers: false, containers: [shell(web(), script, { securityContext })] }));
    await eventually(async () =>
      expect(await podEvents(kubectl, 'unmasked')).toContain(
        "Warning FailedCreatePodSandBox kubelet Failed to create pod sandbox: can't set `spec.hostUsers: false`, runtime does not support user namespaces",
      ),
    );
    await eventually(async () => {
      const { phase, containerStatuses } = await status('unmasked');
      expect([phase, containerStatuses?.[0]?.state.waiting?.reason]).toEqual(['Pending', 'ContainerCreating']);
    });
    expect(readFileSync(CORE_PATTERN, 'utf8')).toBe(before);
    await kubectl('delete', 'pod', 'unmasked');
  });

  it('it refuses for good: sysctls of others, strict groups', async () => {
    const sysctl = (name: string) => ({ securityContext: { sysctls: [{ name, value: '1' }] } });
    await create(
      pod('sysctl', { ...QUICK, ...sysctl('kernel.msgmax'), containers: [shell(web(), 'sleep 1000')] }),
      pod('groups', { ...QUICK, securityContext: { supplementalGroupsPolicy: 'Strict' }, containers: [shell(web(), 'sleep 1000')] }),
    );
    await eventually(async () =>
      expect(await status('sysctl')).toMatchObject({
        phase: 'Failed',
        reason: 'SysctlForbidden',
        message: 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted',
      }),
    );
    await eventually(async () =>
      expect(await podEvents(kubectl, 'sysctl')).toContain('Warning SysctlForbidden kubelet forbidden sysctl: "kernel.msgmax" not allowlisted'),
    );
    // The node tells whether its runtime can; a newer one than Debian's does.
    const can = await kubectl.path('{.status.features.supplementalGroupsPolicy}', 'node', cluster.nodeName);
    await eventually(async () =>
      expect(await status('groups')).toMatchObject(
        can === 'true'
          ? { phase: 'Running', containerStatuses: [{ user: { linux: { uid: 0, gid: 0 } } }] }
          : { phase: 'Failed', reason: 'SupplementalGroupsPolicyNotSupported' },
      ),
    );
  });

  it('is not what it can: a safe sysctl is the pod’s own', async () => {
    const securityContext = { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '77' }] };
    await create(pod('safe', { ...QUICK, securityContext, containers: [shell(web(), 'sleep 1000')] }));
    await kubectl('wait', '--for=condition=Ready', 'pod/safe', '--timeout=60s');
    expect(await kubectl('exec', 'safe', '--', 'cat', '/proc/sys/net/ipv4/ip_unprivileged_port_start')).toBe('77\n');
  });

  it('is in its status', async () => {
    const [handler] = JSON.parse(await kubectl('get', 'node', cluster.nodeName, '-o', 'jsonpath={.status.runtimeHandlers}'));
    expect(handler).toMatchObject({ features: { userNamespaces: false } });
  });
});
