import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import { StatusError } from '../../api/meta/status-error.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { deployment, pod, quota, service } from '../support/manifests.ts';
import type { AdmittingHome } from '../support/second-home/admitting-home.ts';
import { startAdmittingHome } from '../support/second-home/admitting-home.ts';
import { BAD_MANIFESTS } from '../support/second-home/bad-manifests.ts';

let home: AdmittingHome;
let kubectl: Kubectl;
beforeAll(async () => {
  home = await startAdmittingHome();
  kubectl = await home.namespace('admission');
});
afterAll(() => home?.stop());

const inSkiffDev = (manifest: object) => ({ ...manifest, apiVersion: 'skiff.dev/v1' });
const create = (manifest: object) => kubectl.input(manifest, 'create', '-f', '-');
const refusal = (manifest: object) => kubectl.fails(['create', '--validate=ignore', '-f', '-'], manifest);

describe('a ResourceQuota without a webhook', () => {
  it('says that it refuses nothing', async () => {
    const replica = await home.startReplica({ withWebhook: false });
    await create(inSkiffDev(quota('idle', { pods: '0', secrets: '5' })));
    const conditions = "{.status.conditions[?(@.type=='Enforced')].status} {.status.conditions[?(@.type=='Enforced')].reason}";
    await eventually(async () => expect(await kubectl.path(conditions, 'resourcequotas.skiff.dev/idle')).toBe('False WebhookDisabled'));
    await eventually(async () => expect(await kubectl('describe', 'resourcequotas.skiff.dev/idle')).toMatch(/Warning +WebhookDisabled/));
    expect(await kubectl.path('{.status.used.secrets}', 'resourcequotas.skiff.dev/idle')).toBe('0');
    await kubectl('delete', 'resourcequotas.skiff.dev/idle');
    await replica.end();
  });
});

describe('objects of skiff.dev', () => {
  it('are looked at by the webhook once a replica is ready', async () => {
    await home.startReplica();
    await home.startReplica();
    await eventually(async () => expect(await refusal(BAD_MANIFESTS.at(-1)?.manifest ?? {})).toContain('Not found: "missing"'));
  });

  it.each([...BAD_MANIFESTS])('are refused as at home: $title', async ({ manifest, message }) => {
    expect(await refusal(manifest)).toContain(message);
  });

  it('keep their selector, and may be changed otherwise', async () => {
    await create(inSkiffDev(deployment('kept', 0)));
    const patch = (spec: object) => ['patch', 'deployments.skiff.dev/kept', '--type=merge', '-p', JSON.stringify({ spec })];
    expect(await kubectl.fails(patch({ selector: { matchLabels: { tier: 'b' } }, template: { metadata: { labels: { tier: 'b' } } } }))).toMatch(
      /field is immutable/,
    );
    await kubectl(...patch({ replicas: 1 }));
    await eventually(async () => expect(await kubectl.path('{.status.availableReplicas}', 'deployments.skiff.dev/kept')).toBe('1'));
    await kubectl('delete', 'deployments.skiff.dev/kept');
  });
});

describe('a Service of skiff.dev', () => {
  const core = (name: string) => home.client.get(services, { namespace: 'admission', name });

  it('has a core Service that carries its traffic, and shows its addresses', async () => {
    await create(inSkiffDev(deployment('web', 2)));
    await create({
      ...inSkiffDev(service('web', { type: 'NodePort', sessionAffinity: 'ClientIP' })),
      metadata: { name: 'web', labels: { team: 'a' } },
    });
    await kubectl('wait', '--for=condition=Ready', 'services.skiff.dev/web', '--timeout=60s');
    const { metadata, spec } = await core('web');
    expect(metadata.ownerReferences).toEqual([
      expect.objectContaining({ apiVersion: 'skiff.dev/v1', kind: 'Service', name: 'web', controller: true }),
    ]);
    expect(metadata.labels).toEqual({ team: 'a' });
    expect(spec).toMatchObject({ type: 'NodePort', sessionAffinity: 'ClientIP', clusterIP: expect.stringMatching(/^\d/) });
    expect(spec?.selector).toBeUndefined();
    const shown = '{.status.clusterIP} {.status.ports[0].nodePort}';
    expect(await kubectl.path(shown, 'services.skiff.dev/web')).toBe(`${spec?.clusterIP} ${spec?.ports?.[0]?.nodePort}`);
    await eventually(async () => {
      const addresses = await kubectl.path('{.items[*].endpoints[*].addresses[0]}', 'endpointslices', '-l', 'kubernetes.io/service-name=web');
      expect(addresses.split(' ').sort()).toEqual((await kubectl.path('{.items[*].status.podIP}', 'pods', '-l', 'app=web')).split(' ').sort());
    });
  });

  it('follows its spec, and mends what others change', async () => {
    const before = await core('web');
    await kubectl(
      'patch',
      'services.skiff.dev/web',
      '--type=merge',
      '-p',
      '{"spec":{"type":"ClusterIP","ports":[{"port":8080}]},"metadata":{"labels":{"team":null}}}',
    );
    await eventually(async () => {
      const { spec, metadata } = await core('web');
      expect(spec).toMatchObject({ type: 'ClusterIP', clusterIP: before.spec?.clusterIP, ports: [expect.objectContaining({ port: 8080 })] });
      expect(spec?.ports?.[0]?.nodePort).toBeUndefined();
      expect(metadata.labels ?? {}).toEqual({});
    });
    await kubectl('patch', 'services/web', '--type=merge', '-p', '{"spec":{"selector":{"app":"thief"},"sessionAffinity":"None"}}');
    await eventually(async () => {
      const { spec } = await core('web');
      expect([spec?.selector, spec?.sessionAffinity]).toEqual([undefined, 'ClientIP']);
    });
    const [{ uid }] = [before.metadata];
    await kubectl('delete', 'services/web');
    await eventually(async () => expect((await core('web')).metadata.uid).not.toBe(uid));
  });

  it('shows the address of a load balancer once the core Service has one', async () => {
    await create(inSkiffDev(service('balanced', { type: 'LoadBalancer' })));
    await kubectl('wait', '--for=condition=Ready', 'services.skiff.dev/balanced', '--timeout=60s');
    const ingress = '{.status.loadBalancer.ingress[0].ip}';
    expect(await kubectl.path(ingress, 'services.skiff.dev/balanced')).toBe('');
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } };
    await kubectl('patch', 'services/balanced', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status }));
    await eventually(async () => expect(await kubectl.path(ingress, 'services.skiff.dev/balanced')).toBe('192.0.2.7'));
  });

  it.each([
    ['headless', { clusterIP: 'None' }, { clusterIP: 'None' }],
    [
      'an ExternalName',
      { type: 'ExternalName', externalName: 'example.com', ports: undefined, selector: undefined },
      { externalName: 'example.com' },
    ],
    ['kept to its node', { type: 'NodePort', externalTrafficPolicy: 'Local' }, { externalTrafficPolicy: 'Local' }],
  ])('may be %s', async (title, spec, expected) => {
    const name = title.toLowerCase().replaceAll(' ', '-');
    await create(inSkiffDev(service(name, spec)));
    await eventually(async () => expect((await core(name)).spec).toMatchObject(expected));
  });

  it('leaves the core Service of somebody else alone, and says so', async () => {
    await create(service('taken', { selector: { app: 'mine' } }));
    const before = await core('taken');
    await create(inSkiffDev(service('taken', { selector: { app: 'web' } })));
    await eventually(async () =>
      expect(await kubectl.path("{.status.conditions[?(@.type=='Ready')].reason}", 'services.skiff.dev/taken')).toBe('NameTaken'),
    );
    await eventually(async () => expect(await kubectl('describe', 'services.skiff.dev/taken')).toMatch(/Warning +NameTaken/));
    expect((await core('taken')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect(await kubectl('get', 'endpointslices', '-l', 'kubernetes.io/service-name=taken', '-o', 'name')).toBe('');
    await kubectl('delete', 'services/taken');
    await kubectl('wait', '--for=condition=Ready', 'services.skiff.dev/taken', '--timeout=60s');
  });

  it('takes its core Service with it', async () => {
    await kubectl('delete', 'services.skiff.dev', '--all', '--timeout=60s');
    await eventually(async () => expect(await kubectl('get', 'services,endpointslices', '-o', 'name')).toBe(''));
    await kubectl('delete', 'deployments.skiff.dev', '--all');
    await eventually(async () => expect(await kubectl('get', 'pods', '-o', 'name')).toBe(''));
  });
});

describe('a ResourceQuota of skiff.dev', () => {
  const used = (name: string, resource: string) => kubectl.path(`{.status.used.${resource}}`, `resourcequotas.skiff.dev/${name}`);

  it('takes exactly as many pods as it allows, of 50 writers and two replicas of the webhook', async () => {
    await create(inSkiffDev(quota('ten', { pods: '10', 'requests.cpu': '1' })));
    await eventually(async () => expect(await used('ten', 'pods')).toBe('0'));
    const resources = { requests: { cpu: '100m' } };
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        home.client
          .create(pods, { metadata: { name: `p${i}`, namespace: 'admission' }, spec: { containers: [{ name: 'a', image: 'a:1', resources }] } })
          .then(
            () => 'created',
            (error: unknown) => (error instanceof StatusError ? `${error.code} ${error.message}` : String(error)),
          ),
      ),
    );
    const refused = outcomes.filter((outcome) => outcome !== 'created');
    expect(refused).toHaveLength(40);
    const amounts = (pods: number, cpu: string) => `pods=${pods},requests\\.cpu=${cpu}`;
    const words = `requested: ${amounts(1, '100m')}, used: ${amounts(10, '1')}, limited: ${amounts(10, '1')}`;
    for (const text of refused) expect(text).toMatch(new RegExp(`^403 .*pods "p\\d+" is forbidden: exceeded quota: ten, ${words}$`));
    expect(await kubectl('get', 'pods', '-o', 'name').then((text) => text.trim().split('\n').length)).toBe(10);
    await eventually(async () => {
      expect(await used('ten', 'pods')).toBe('10');
      expect(await kubectl.path('{.status.reservations}', 'resourcequotas.skiff.dev/ten')).toBe('');
    });
  });

  it('gives back what is deleted', async () => {
    await kubectl('delete', 'pods', '--all', '--timeout=60s');
    await eventually(async () => expect(await used('ten', 'pods')).toBe('0'));
    await create(pod('again', { containers: [{ name: 'a', image: 'a:1', resources: { requests: { cpu: '1' } } }] }));
    expect(await refusal(pod('more', { containers: [{ name: 'a', image: 'a:1', resources: { requests: { cpu: '1m' } } }] }))).toMatch(
      /exceeded quota: ten, requested: requests\.cpu=1m, used: requests\.cpu=1, limited: requests\.cpu=1/,
    );
    expect(await refusal(pod('unsized'))).toMatch(/failed quota: ten: must specify requests\.cpu for: web/);
    await kubectl('delete', 'resourcequotas.skiff.dev/ten', 'pods/again');
  });

  it('charges a resize for the difference, and follows a pod into another scope', async () => {
    const scoped = (name: string, scope: string) => ({ ...quota(name, { pods: '1' }), spec: { hard: { pods: '1' }, scopes: [scope] } });
    await create(inSkiffDev(quota('cpu', { 'requests.cpu': '1' })));
    await create(inSkiffDev(scoped('ends', 'Terminating')));
    await create(inSkiffDev(scoped('lasts', 'NotTerminating')));
    await eventually(async () =>
      expect([await used('ends', 'pods'), await used('lasts', 'pods'), await used('cpu', 'requests\\.cpu')]).toEqual(['0', '0', '0']),
    );
    await create(pod('sized', { containers: [{ name: 'web', image: 'a:1', resources: { requests: { cpu: '500m' } } }] }));
    const resize = JSON.stringify({ spec: { containers: [{ name: 'web', resources: { requests: { cpu: '1100m' } } }] } });
    expect(await kubectl.fails(['patch', 'pod', 'sized', '--subresource', 'resize', '-p', resize])).toMatch(
      /exceeded quota: cpu, requested: requests\.cpu=600m, used: requests\.cpu=500m, limited: requests\.cpu=1/,
    );
    await kubectl('patch', 'pod', 'sized', '-p', JSON.stringify({ spec: { activeDeadlineSeconds: 3600 } }));
    await eventually(async () => expect([await used('ends', 'pods'), await used('lasts', 'pods')]).toEqual(['1', '0']));
    await kubectl('delete', 'resourcequotas.skiff.dev', '--all');
    await kubectl('delete', 'pods/sized');
  });

  it('counts objects of skiff.dev, and is not charged by a dry run', async () => {
    await create(inSkiffDev(quota('one', { 'count/deployments.skiff.dev': '1', services: '1', secrets: '9' })));
    await eventually(async () => expect(await used('one', 'secrets')).toBe('0'));
    await kubectl.input(inSkiffDev(deployment('dry', 0)), 'create', '--dry-run=server', '-f', '-');
    await create(inSkiffDev(deployment('first', 0)));
    expect(await refusal(inSkiffDev(deployment('second', 0)))).toMatch(
      /deployments\.skiff\.dev "second" is forbidden: exceeded quota: one, requested: count\/deployments\.skiff\.dev=1, used: count\/deployments\.skiff\.dev=1, limited: count\/deployments\.skiff\.dev=1/,
    );
    await kubectl('create', 'secret', 'generic', 's', '--from-literal=a=b');
    await eventually(async () => expect(await used('one', 'secrets')).toBe('1'));
  });
});
