import { describe, expect, it } from '@jest/globals';
import { aPod } from '../../contract/pods.fixture.ts';
import { dnsWarnings, hostsFile, kernelHostname, parseResolvConf, podDns, podHostNames } from './name-resolution.ts';

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
    expect(parseResolvConf('# c\nnameserver 1.2.3.4\nnameserver ::1\nsearch a b. .\noptions ndots:1 rotate\n')).toEqual({
      servers: ['1.2.3.4', '::1'],
      searches: ['a', 'b'],
      options: ['ndots:1', 'rotate'],
    });
  });

  const searching = (...searches: string[]) => aPod({ dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'], searches } });
  const messages = (pod: ReturnType<typeof aPod>) => dnsWarnings(pod, cluster).map(({ reason, message }) => `${reason} ${message}`);

  it('has three servers at most, and says which', () => {
    const pod = aPod({ dnsConfig: { nameservers: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] } });
    expect(podDns(pod, cluster).servers).toEqual(['10.96.0.10', '192.0.2.1', '192.0.2.2']);
    expect(messages(pod)).toEqual([
      'DNSConfigForming Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.96.0.10 192.0.2.1 192.0.2.2',
    ]);
    expect(messages(aPod({ dnsConfig: { nameservers: ['192.0.2.1', '192.0.2.2', '10.96.0.10'] } }))).toEqual([]);
  });

  const numbered = (count: number, length: number) => Array.from({ length: count }, (_, index) => `${index}.`.padEnd(length, 'a'));
  const omitted = 'DNSConfigForming Search Line limits were exceeded, some search paths have been omitted, the applied search line is:';
  it.each<[string, string[], string[]]>([
    ['thirty-two domains', numbered(33, 5), numbered(32, 5)],
    ['domains that resolvers take', ['a', 'b'.repeat(254), 'c'.repeat(253)], ['a', 'c'.repeat(253)]],
    ['a line of 2,048 characters', numbered(12, 200), numbered(10, 200)],
  ])('searches %s at most, and says which', (_limit, searches, expected) => {
    const pod = searching(...searches);
    expect(podDns(pod, cluster).searches).toEqual(expected);
    expect(messages(pod)).toEqual([`${omitted} ${expected.join(' ')}`]);
    expect(messages(searching(...expected))).toEqual([]);
  });

  it('is the node’s where the node knows of no cluster DNS, and says so', () => {
    const without = { ...cluster, servers: [] };
    expect(podDns(aPod(), without)).toEqual(host);
    const message =
      'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.';
    expect(dnsWarnings(aPod(), without)).toEqual([{ reason: 'MissingClusterDNS', message }]);
    expect(dnsWarnings(aPod({ dnsPolicy: 'Default' }), without)).toEqual([]);
  });
});

describe('the names of a pod', () => {
  it('are its own, or those that it asks for', () => {
    expect(podHostNames(aPod(), 'cluster.local')).toEqual({ hostname: 'p', domain: '' });
    expect(podHostNames(aPod({ hostname: 'h', subdomain: 's' }), 'cluster.local')).toEqual({ hostname: 'h', domain: 's.default.svc.cluster.local' });
    const whole = aPod({ hostname: 'h', subdomain: 's', setHostnameAsFQDN: true });
    expect(kernelHostname(whole, 'c')).toBe('h.s.default.svc.c');
    expect(hostsFile(whole, ['10.0.0.5'], 'c', '')).toContain('10.0.0.5\th.s.default.svc.c\th\n');
  });

  it('are refused where the kernel cannot hold the whole of them', () => {
    const named = (length: number) => aPod({ hostname: 'h'.repeat(length), subdomain: 's', setHostnameAsFQDN: true });
    const rest = '.s.default.svc.c';
    expect(kernelHostname(named(64 - rest.length), 'c')).toHaveLength(64);
    expect(() => kernelHostname(named(65 - rest.length), 'c')).toThrow(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${'h'.repeat(65 - rest.length)}${rest} is too long (64 characters is the max, 65 characters requested)`,
    );
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
