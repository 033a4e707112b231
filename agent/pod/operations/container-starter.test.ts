import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { MountError } from '../../contract/pod-volumes.ts';
import { aContainer, aPod, aSandbox } from '../../contract/pods.fixture.ts';
import { createRuntimeCache } from '../../node/runtime-cache.ts';
import { noVolumes } from '../../simulated/simulated-parts.ts';
import { createSimulatedRuntime } from '../../simulated/simulated-runtime.ts';
import type { WorkerNode } from '../worker/action-performer.ts';
import { aWorkerNode } from '../worker/worker-node.fixture.ts';
import { createSandbox, startContainer } from './container-starter.ts';

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'starter-'));
});
afterEach(() => removeDirectory(dataDir));

/** The parts of a node that starts containers as a real one does, unless it is simulated. */
function aNode(given: Partial<WorkerNode>, simulated = false): WorkerNode {
  const clock = createFakeClock();
  const runtime = { ...createSimulatedRuntime({ clock, podAddress: () => '10.128.0.1' }), simulated };
  return aWorkerNode(dataDir, { clock, runtime, cache: createRuntimeCache(runtime, () => {}), ...given });
}

/** Makes a sandbox; resolves with the events. */
async function eventsOf(spec: Partial<PodSpec>, simulated = false): Promise<readonly string[]> {
  const events: string[] = [];
  const given: Partial<WorkerNode> = {
    recorder: { event: ({ kind, metadata }, type, reason, message) => void events.push(`${kind}/${metadata?.name} ${type} ${reason} ${message}`) },
    dns: { servers: [], domain: 'c', host: { servers: ['192.0.2.1', '192.0.2.2'], searches: [], options: [] } },
  };
  await createSandbox(aNode(given, simulated), aPod({ nodeName: 'n', ...spec }), 0);
  return events;
}

describe('the sandbox of a pod', () => {
  const missing =
    'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.';

  it('comes with events where its resolv.conf is not as asked for', async () => {
    expect(await eventsOf({ dnsConfig: { nameservers: ['192.0.2.3', '192.0.2.4'] } })).toEqual([
      `Node/n Warning MissingClusterDNS ${missing}`,
      `Pod/p Warning MissingClusterDNS pod: "p_default(u1)". ${missing}`,
      'Pod/p Warning DNSConfigForming Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 192.0.2.1 192.0.2.2 192.0.2.3',
    ]);
    expect(await eventsOf({ dnsPolicy: 'Default' })).toEqual([]);
    expect(await eventsOf({}, true)).toEqual([]);
  });

  it('is not made under a name that no kernel takes', async () => {
    const tooLong = { hostname: 'h'.repeat(60), subdomain: 's', setHostnameAsFQDN: true };
    await expect(eventsOf(tooLong)).rejects.toThrow('failed to construct FQDN from pod hostname and cluster domain');
    expect(await eventsOf({ ...tooLong, dnsPolicy: 'Default', hostNetwork: true })).toEqual([]);
  });
});

it('the mounts of a container are made by the abilities of the handler that runs its pod', async () => {
  const asked: boolean[] = [];
  const volumes: WorkerNode['volumes'] = {
    ...noVolumes,
    mounts: async (_pod, _container, { recursiveReadOnly }) => {
      asked.push(recursiveReadOnly);
      throw new MountError('enough');
    },
  };
  const handlers = [
    { name: '', recursiveReadOnlyMounts: true, userNamespaces: false },
    { name: 'kata', recursiveReadOnlyMounts: false, userNamespaces: false },
  ];
  const node = aNode({ volumes });
  const able = { ...node, abilities: { ...node.abilities, handlers } };
  const container = aContainer('c', { image: 'img', imagePullPolicy: 'IfNotPresent' });
  const images: WorkerNode['images'] = {
    ensure: async () => ({ id: 'i', tags: [], digests: [], sizeBytes: 1, username: '', pinned: false }),
    forget() {},
    takePullMs: () => 0,
  };
  for (const sandbox of [aSandbox(), aSandbox({ handler: 'kata' })]) {
    const request = { container, sandbox, restartCount: 0, ending: new AbortController().signal };
    await expect(startContainer({ ...able, images }, aPod(), request)).rejects.toThrow('enough');
  }
  expect(asked).toEqual([true, false]);
});
