import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordType } from 'dns-packet';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { podEvents } from '../support/commands/pod-events.ts';
import { container, pod, service } from '../support/manifests.ts';
import { askDns } from '../support/network/dns-client.ts';
import type { TestResolver } from '../support/network/dns-resolver.ts';
import { startResolver } from '../support/network/dns-resolver.ts';

const DNS = '10.96.0.10';
const RESOLVER = '127.7.7.7';
const many = Array.from({ length: 40 }, (_, at) => `198.51.100.${at + 1}`);

const webPod = (name: string, app: string, spec: object = {}) =>
  pod(name, {
    labels: { app },
    terminationGracePeriodSeconds: 1,
    containers: [container(web(), { ports: [{ name: 'http', containerPort: 80 }] })],
    ...spec,
  });

(canRunContainers ? describe : describe.skip)('DNS on a real node', () => {
  const directory = mkdtempSync(join(tmpdir(), 'skiff-dns-'));
  const resolvConf = join(directory, 'resolv.conf');
  let cluster: RealCluster;
  let kubectl: Kubectl;
  let resolver: TestResolver;
  beforeAll(async () => {
    writeFileSync(resolvConf, `nameserver ${RESOLVER}\nsearch corp.test\noptions timeout:2\n`);
    resolver = await startResolver(RESOLVER, { 'outside.test': ['192.0.2.99'], 'intranet.corp.test': ['192.0.2.98'], 'many.test': many });
    cluster = await startRealCluster({ args: ['--resolv-conf', resolvConf] });
    kubectl = await cluster.namespace('names');
    await kubectl.input(
      [
        webPod('db-0', 'db', { hostname: 'db-0', subdomain: 'db' }),
        webPod('plain', 'db'),
        webPod('client', 'client'),
        webPod('default', 'client', { dnsPolicy: 'Default' }),
        webPod('none', 'client', {
          dnsPolicy: 'None',
          dnsConfig: { nameservers: [DNS], searches: ['names.svc.cluster.local'], options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }] },
        }),
        webPod('more', 'client', { dnsConfig: { nameservers: ['192.0.2.53'], searches: ['more.test'], options: [{ name: 'ndots', value: '1' }] } }),
        service('web', {
          selector: { app: 'client' },
          ports: [
            { name: 'http', port: 80 },
            { name: 'talk', port: 5000, protocol: 'UDP' },
          ],
        }),
        service('db', { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] }),
        service('empty', { clusterIP: 'None', selector: { app: 'nobody' } }),
        service('abroad', { type: 'ExternalName', externalName: 'outside.test', selector: undefined, ports: undefined }),
        service('alias', { type: 'ExternalName', externalName: 'web.names.svc.cluster.local', selector: undefined, ports: undefined }),
        service('crowd', { clusterIP: 'None', selector: undefined }),
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: { name: 'crowd-1', labels: { 'kubernetes.io/service-name': 'crowd' } },
          addressType: 'IPv4',
          ports: [{ name: '', port: 80, protocol: 'TCP' }],
          endpoints: many.map((address) => ({ addresses: [address] })),
        },
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
    // The server knows a pod's name once the endpoints of its service have reached it.
    await eventually(async () => expect((await ask(full('db'))).data).toHaveLength(2));
  }, 180_000);
  afterAll(async () => {
    await resolver?.close();
    await cluster?.down();
    rmSync(directory, { recursive: true, force: true });
  }, 180_000);

  const full = (name: string) => `${name}.names.svc.cluster.local`;
  const ask = async (name: string, type: RecordType = 'A') => {
    const { code, answers } = await askDns(DNS, name, type);
    return { code, data: answers.map((answer) => ('data' in answer ? answer.data : undefined)) };
  };
  const podIP = (name: string) => kubectl.path('{.status.podIP}', 'pod', name);
  const clusterIP = (name: string) => kubectl.path('{.spec.clusterIP}', 'service', name);
  const reversed = (ip: string) => `${ip.split('.').reverse().join('.')}.in-addr.arpa`;
  const dashed = (ip: string) => ip.replaceAll('.', '-');
  const resolvConfOf = (name: string) => kubectl('exec', name, '--', 'cat', '/etc/resolv.conf');

  it('knows a service by its name: its address, its ports, and its name by the address', async () => {
    const ip = await clusterIP('web');
    expect(await ask(full('web'))).toEqual({ code: 'NOERROR', data: [ip] });
    expect(await ask(full('_http._tcp.web'), 'SRV')).toMatchObject({ code: 'NOERROR', data: [{ port: 80, target: full('web') }] });
    expect(await ask(full('_talk._udp.web'), 'SRV')).toMatchObject({ data: [{ port: 5000, target: full('web') }] });
    expect(await ask(reversed(ip), 'PTR')).toEqual({ code: 'NOERROR', data: [full('web')] });
    expect(await ask('kubernetes.default.svc.cluster.local')).toMatchObject({
      data: [await kubectl.in('default').path('{.spec.clusterIP}', 'service', 'kubernetes')],
    });
  });

  it('knows the pods of a headless service, by host name where they have one', async () => {
    const [named, plain] = [await podIP('db-0'), await podIP('plain')];
    const { data } = await ask(full('db'));
    expect(data.sort()).toEqual([named, plain].sort());
    expect(await ask(full('db-0.db'))).toEqual({ code: 'NOERROR', data: [named] });
    expect(await ask(full(`${dashed(plain)}.db`))).toEqual({ code: 'NOERROR', data: [plain] });
    const ports = await askDns(DNS, full('_http._tcp.db'), 'SRV');
    const targets = ports.answers.map((answer) => (answer.type === 'SRV' ? `${answer.data.target}:${answer.data.port}` : ''));
    expect(targets.sort()).toEqual([`${full('db-0.db')}:80`, `${full(`${dashed(plain)}.db`)}:80`].sort());
    expect(ports.additionals.filter(({ type }) => type === 'A')).toHaveLength(2);
    expect(await ask(reversed(named), 'PTR')).toEqual({ code: 'NOERROR', data: [full('db-0.db')] });
    expect((await kubectl('exec', 'db-0', '--', 'hostname', '-f')).trim()).toBe(full('db-0.db'));
  });

  it('answers a pod name with the address that it holds', async () => {
    const ip = await podIP('client');
    expect(await ask(`${dashed(ip)}.names.pod.cluster.local`)).toEqual({ code: 'NOERROR', data: [ip] });
    expect(await ask('not-an-address.names.pod.cluster.local')).toEqual({ code: 'NXDOMAIN', data: [] });
  });

  it('follows an ExternalName out of the cluster, and back into it', async () => {
    expect(await ask(full('abroad'), 'CNAME')).toEqual({ code: 'NOERROR', data: ['outside.test'] });
    expect(await ask(full('abroad'))).toEqual({ code: 'NOERROR', data: ['outside.test', '192.0.2.99'] });
    expect(await ask(full('alias'))).toEqual({ code: 'NOERROR', data: [full('web'), await clusterIP('web')] });
  });

  it('tells a name that does not exist from one that has no such record', async () => {
    for (const name of [
      full('absent'),
      full('absent.db'),
      full('_nothing._tcp.web'),
      full('empty'),
      'web.absent.svc.cluster.local',
      'x.cluster.local',
    ]) {
      const reply = await askDns(DNS, name);
      expect([name, reply.code, reply.authoritative, reply.authorities.map(({ type }) => type)]).toEqual([name, 'NXDOMAIN', true, ['SOA']]);
    }
    for (const [name, type] of [
      [full('web'), 'AAAA'] as const,
      [full('web'), 'TXT'] as const,
      ['names.svc.cluster.local', 'A'] as const,
      ['svc.cluster.local', 'A'] as const,
    ]) {
      const reply = await askDns(DNS, name, type);
      expect([name, reply.code, reply.answers, reply.authorities.map(({ type: authority }) => authority)]).toEqual([name, 'NOERROR', [], ['SOA']]);
    }
  });

  it('follows what happens: a service that comes, a pod that goes', async () => {
    expect((await ask(full('late'))).code).toBe('NXDOMAIN');
    await kubectl.input([webPod('late-1', 'late'), service('late', { clusterIP: 'None' })], 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Ready', 'pod/late-1', '--timeout=60s');
    const ip = await podIP('late-1');
    await eventually(async () => expect(await ask(full('late'))).toEqual({ code: 'NOERROR', data: [ip] }));
    await kubectl('delete', 'pod', 'late-1');
    await eventually(async () => expect((await ask(full('late'))).code).toBe('NXDOMAIN'));
  });

  it('cuts what does not fit into a UDP answer, and gives all of it over TCP', async () => {
    const cut = await askDns(DNS, full('crowd'));
    expect(cut.truncated).toBe(true);
    expect(cut.answers.length).toBeLessThan(many.length);
    const whole = await askDns(DNS, full('crowd'), 'A', 'tcp');
    expect(whole).toMatchObject({ truncated: false, code: 'NOERROR' });
    expect(whole.answers).toHaveLength(many.length);
  });

  it("asks the node's resolvers for the rest", async () => {
    expect(await ask('outside.test')).toEqual({ code: 'NOERROR', data: ['192.0.2.99'] });
    expect(await ask('outside.test', 'AAAA')).toEqual({ code: 'NOERROR', data: [] });
    expect(await ask('absent.test')).toEqual({ code: 'NXDOMAIN', data: [] });
    // The resolver truncates this answer over UDP; the server asks again over TCP.
    expect((await askDns(DNS, 'many.test', 'A', 'tcp')).answers).toHaveLength(many.length);
  });

  it('lets a pod use short names, of its namespace, of others and of the search domains of the node', async () => {
    expect(await resolvConfOf('client')).toBe(
      `search names.svc.cluster.local svc.cluster.local cluster.local corp.test\nnameserver ${DNS}\noptions ndots:5\n`,
    );
    const names = {
      web: await clusterIP('web'),
      'web.names': await clusterIP('web'),
      'web.names.svc': await clusterIP('web'),
      'db-0.db': await podIP('db-0'),
      'kubernetes.default': '10.96.0.1',
      intranet: '192.0.2.98',
      'outside.test': '192.0.2.99',
      abroad: '192.0.2.99',
    };
    const look = 'for name in "$@"; do ping -c 1 -W 1 $name | head -n 1 & done; wait';
    const said = await kubectl('exec', 'client', '--', 'sh', '-c', look, 'sh', ...Object.keys(names));
    for (const [name, address] of Object.entries(names)) expect(said).toContain(`PING ${name} (${address})`);
    expect(await kubectl('exec', 'client', '--', 'wget', '-qO-', 'http://db-0.db/')).toBe('web v1 db-0\n');
    expect((await kubectl.outcome(['exec', 'client', '--', 'ping', '-c', '1', 'absent'])).stderr).toContain("bad address 'absent'");
  });

  it('gives a pod the resolvers that its dnsPolicy and dnsConfig ask for', async () => {
    expect(await resolvConfOf('default')).toBe(`search corp.test\nnameserver ${RESOLVER}\noptions timeout:2\n`);
    expect(await resolvConfOf('none')).toBe(`search names.svc.cluster.local\nnameserver ${DNS}\noptions ndots:2 rotate\n`);
    expect(await resolvConfOf('more')).toBe(
      `search names.svc.cluster.local svc.cluster.local cluster.local corp.test more.test\nnameserver ${DNS}\nnameserver 192.0.2.53\noptions ndots:1\n`,
    );
    expect(await kubectl('exec', 'none', '--', 'wget', '-qO-', 'http://db-0.db/')).toBe('web v1 db-0\n');
  });

  it('says what resolvers do not take, and makes no pod under a name that the kernel does not take', async () => {
    const whole = { hostname: 'h'.repeat(40), subdomain: 'db', setHostnameAsFQDN: true };
    await kubectl.input(
      [webPod('crowded', 'client', { dnsConfig: { nameservers: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] } }), webPod('whole', 'client', whole)],
      'create',
      '-f',
      '-',
    );
    await eventually(async () => {
      expect((await podEvents(kubectl, 'crowded')).join('\n')).toContain(
        `Warning DNSConfigForming kubelet Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${DNS} 192.0.2.1 192.0.2.2`,
      );
      expect((await podEvents(kubectl, 'whole')).join('\n')).toContain(
        'Warning FailedCreatePodSandBox kubelet Failed to create pod sandbox: failed to construct FQDN from pod hostname and cluster domain, FQDN',
      );
    });
    await kubectl('delete', 'pod', 'crowded', 'whole', '--timeout=60s');
  });
});
