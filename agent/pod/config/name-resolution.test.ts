import { describe, expect, it } from '@jest/globals';
import { aPod } from '../../contract/pods.fixture.ts';
import { hostsFile, parseResolvConf, podDns, podHostNames } from './name-resolution.ts';

const host = { servers: ['192.0.2.53'], searches: ['example.com'], options: ['edns0'] };
const cluster = { servers: ['10.96.0.10'], domain: 'cluster.local', host };
const inCluster = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.com'];

describe('name resolution in a pod', () => {
  it.each([
    ['ClusterFirst', {}, { servers: ['10.96.0.10'], searches: inCluster, options: ['ndots:5'] }],
    ['ClusterFirst', { hostNetwork: true }, host],
    ['ClusterFirstWithHostNet', { hostNetwork: true }, { servers: ['10.96.0.10'], searches: inCluster, options: ['ndots:5'] }],
    ['Default', {}, host],
    ['None', {}, { servers: [], searches: [], options: [] }],
  ])('with dnsPolicy %s and %j', (dnsPolicy, more, expected) => {
    expect(podDns(aPod({ dnsPolicy, ...more }), cluster)).toEqual(expected);
  });

  it('is changed by its dnsConfig', () => {
    const dnsConfig = { nameservers: ['1.1.1.1', '10.96.0.10'], searches: ['mine'], options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }] };
    expect(podDns(aPod({ dnsConfig }), cluster)).toEqual({
      servers: ['10.96.0.10', '1.1.1.1'],
      searches: [...inCluster, 'mine'],
      options: ['ndots:2', 'rotate'],
    });
  });

  it('reads resolv.conf', () => {
    expect(parseResolvConf('# c\nnameserver 1.2.3.4\nnameserver ::1\nsearch a b .\noptions ndots:1 rotate\n')).toEqual({
      servers: ['1.2.3.4', '::1'],
      searches: ['a', 'b'],
      options: ['ndots:1', 'rotate'],
    });
  });
});

describe('the names of a pod', () => {
  it('are its own, or those that it asks for', () => {
    expect(podHostNames(aPod(), 'cluster.local')).toEqual({ hostname: 'p', domain: '' });
    expect(podHostNames(aPod({ hostname: 'h', subdomain: 's' }), 'cluster.local')).toEqual({ hostname: 'h', domain: 's.default.svc.cluster.local' });
    expect(podHostNames(aPod({ hostname: 'h', subdomain: 's', setHostnameAsFQDN: true }), 'c').hostname).toBe('h.s.default.svc.c');
  });

  it('are cut to what a kernel takes', () => {
    expect(podHostNames(aPod({}, { name: `${'a'.repeat(62)}-bcd` }), 'c').hostname).toBe('a'.repeat(62));
  });

  it('stand in its hosts file, with its aliases', () => {
    const pod = aPod({ hostname: 'h', subdomain: 's', hostAliases: [{ ip: '10.1.1.1', hostnames: ['a', 'b'] }] });
    const text = hostsFile(pod, ['10.0.0.5'], 'cluster.local', '');
    expect(text).toContain('# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n');
    expect(text).toContain('10.0.0.5\th.s.default.svc.cluster.local\th\n');
    expect(text).toContain('10.1.1.1\ta\tb\n');
  });

  it('on the host’s network are the host’s', () => {
    expect(hostsFile(aPod({ hostNetwork: true }), ['192.0.2.1'], 'c', '127.0.0.1 me\n')).toBe(
      '# Kubernetes-managed hosts file (host network).\n127.0.0.1 me\n',
    );
  });
});
