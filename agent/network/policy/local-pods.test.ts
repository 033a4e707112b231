import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalPods } from './local-pods.ts';
import { createLocalPods } from './local-pods.ts';
import type { PolicyPod } from './policy-pod.ts';
import { somePod } from './policy-world.fixture.ts';

describe("a node's own pods", () => {
  let local: LocalPods;
  let now: Map<string, PolicyPod | undefined>;
  beforeEach(() => {
    now = new Map();
    local = createLocalPods((key, pod) => void now.set(key, pod));
  });
  const sandbox = (name: string, uid: string, address: string) => ({ namespace: 'a', name, uid, labels: { from: 'sandbox' }, address });
  const address = (name: string) => now.get(`a/${name}`)?.address;

  it('have their address as soon as their sandbox has one, before the API knows it', () => {
    const pod = somePod('one', { labels: { app: 'x' } });
    local.show(pod);
    expect(address('one')).toBeUndefined();
    local.started(sandbox('one', pod.metadata.uid, '10.244.7.2'));
    expect(now.get('a/one')).toMatchObject({ address: '10.244.7.2', labels: { app: 'x' }, isLocal: true });
  });

  it('have the newer address when a sandbox was made anew, whatever the status still says', () => {
    const pod = somePod('one', { address: '10.244.7.2' });
    local.show(pod);
    local.started(sandbox('one', pod.metadata.uid, '10.244.7.3'));
    local.show(pod);
    expect(address('one')).toBe('10.244.7.3');
  });

  it('lose an address to a pod that starts with it', () => {
    const [old, next] = [somePod('old', { address: '10.244.7.2' }), somePod('next')];
    local.show(old);
    local.show(next);
    local.started(sandbox('next', next.metadata.uid, '10.244.7.2'));
    expect([address('old'), address('next')]).toEqual([undefined, '10.244.7.2']);
    local.show(old);
    expect(address('old')).toBeUndefined();
  });

  it('start anew under the same name with the address of the new sandbox', () => {
    const [first, second] = [somePod('one'), somePod('one')];
    local.show(first);
    local.started(sandbox('one', first.metadata.uid, '10.244.7.2'));
    local.show(second);
    expect(address('one')).toBeUndefined();
    local.started(sandbox('one', second.metadata.uid, '10.244.7.3'));
    expect(address('one')).toBe('10.244.7.3');
    local.hide(second);
    expect(now.get('a/one')).toBeUndefined();
  });

  it('are known by their sandbox as long as the API has no mirror of a static pod, and by the mirror then', () => {
    local.started(sandbox('static', 'of-the-file', '10.244.7.2'));
    expect(now.get('a/static')).toMatchObject({ address: '10.244.7.2', labels: { from: 'sandbox' } });
    const mirror = somePod('static', { labels: { app: 'x' } });
    mirror.metadata.annotations = { 'kubernetes.io/config.mirror': 'of-the-file' };
    local.show(mirror);
    expect(now.get('a/static')).toMatchObject({ address: '10.244.7.2', labels: { app: 'x' } });
  });

  it('do not count in the network of the host, nor after their end', () => {
    local.show(somePod('host', { address: '192.168.1.1', hostNetwork: true }));
    local.show(somePod('done', { address: '10.244.7.2', phase: 'Succeeded' }));
    expect([...now.values()]).toEqual([undefined, undefined]);
  });
});
