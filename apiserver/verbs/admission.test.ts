import { afterEach, describe, expect, it } from '@jest/globals';
import { isKind } from '../../api/definition/kind.ts';
import { deployments } from '../../api/kinds/apps/deployment.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import { eventsEvents } from '../../api/kinds/events/event.ts';
import { kinds as builtIn } from '../../api/kinds/index.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../contract/admission.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

let server: InjectedServer;
afterEach(() => server.close());

const plurals = ['namespaces', 'configmaps', 'events', 'deployments', 'leases'];
const kinds = builtIn.filter(({ plural }) => plurals.includes(plural));

async function start(...admission: AdmissionPlugin[]) {
  server = await startInjectedServer({ clock: createFakeClock(), kinds, namespaces: [], part: { plugins: admission } });
  await server.inject('POST', '/api/v1/namespaces', { metadata: { name: 'default' } });
  return server.inject;
}

const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';
const event = {
  metadata: { name: 'e' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'c',
  reportingInstance: 'i',
  action: 'A',
  reason: 'R',
  type: 'Normal',
  regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
  note: 'n',
};
const V1BETA2 = '/apis/apps/v1beta2/namespaces/default/deployments';
const deployment = (replicas: number) => ({
  metadata: { name: 'd' },
  spec: {
    replicas,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
});
const typeOf = (object: KubeObject | undefined) => object && `${object.apiVersion} ${object.kind}`;
const only = (kind: { group: string; plural: string }) => (asked: { group: string; plural: string }) =>
  asked.group === kind.group && asked.plural === kind.plural;

describe('a new object with a resourceVersion', () => {
  const SET_ON_CREATE = 'resourceVersion should not be set on objects to be created';
  const configMap = (more: object) => ({ metadata: { name: 'c', resourceVersion: '7' }, ...more });
  const post = async (inject: InjectedServer['inject'], body: object, query = '') => {
    const { status, json } = await inject('POST', `/api/v1/namespaces/default/configmaps${query}`, body);
    return [status, json.message];
  };

  it('is refused by the store, after admission and validation had their say', async () => {
    const inject = await start({
      name: 'deny',
      handles: only(configMaps),
      validate: ({ object }) => {
        if (object?.metadata?.labels?.deny) throw errors.forbidden(configMaps, 'c', 'denied');
      },
    });
    expect(await post(inject, { metadata: { ...configMap({}).metadata, labels: { deny: 'yes' } } })).toEqual([
      403,
      'configmaps "c" is forbidden: denied',
    ]);
    expect(await post(inject, configMap({ data: { '?': '' } }))).toEqual([422, expect.stringContaining('ConfigMap "c" is invalid')]);
    expect(await post(inject, configMap({}))).toEqual([500, SET_ON_CREATE]);
    expect((await post(inject, configMap({}), '?dryRun=All'))[0]).toBe(201);
  });

  it('is created where a PUT or an apply finds none of its name', async () => {
    const inject = await start();
    const [leases, maps] = ['/apis/coordination.k8s.io/v1/namespaces/default/leases', '/api/v1/namespaces/default/configmaps'];
    const put = await inject('PUT', `${leases}/c`, configMap({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }));
    expect([put.status, put.json.message]).toEqual([201, undefined]);
    const applied = await inject('PATCH', `${maps}/c?fieldManager=me`, configMap({ apiVersion: 'v1', kind: 'ConfigMap' }), {
      'content-type': 'application/apply-patch+yaml',
    });
    expect([applied.status, applied.json.message]).toEqual([201, undefined]);
    expect(applied.json.metadata.resourceVersion).not.toBe('7');
  });
});

describe('admission sees a write as it was requested', () => {
  it('in the requested form in both phases, and in the stored form when it asks', async () => {
    const seen: unknown[] = [];
    const look = (phase: string) => async (attributes: AdmissionAttributes) => {
      const { verb, kind, object, old } = attributes;
      const stored = await attributes.stored();
      seen.push([phase, verb, kind.group, typeOf(object), typeOf(old), typeOf(stored.object), typeOf(stored.old)]);
    };
    const inject = await start({ name: 'look', handles: only(eventsEvents), admit: look('admit'), validate: look('validate') });
    await inject('POST', EVENTS, event);
    await inject('PATCH', `${EVENTS}/e`, { metadata: { labels: { a: 'b' } } }, { 'content-type': 'application/merge-patch+json' });
    await inject('DELETE', `${EVENTS}/e`);
    const [requested, kept] = ['events.k8s.io/v1 Event', 'v1 Event'];
    expect(seen).toEqual(
      ['admit', 'validate']
        .map((phase) => [phase, 'create', 'events.k8s.io', requested, undefined, kept, undefined])
        .concat(['admit', 'validate'].map((phase) => [phase, 'update', 'events.k8s.io', requested, requested, kept, kept]))
        .concat(['admit', 'validate'].map((phase) => [phase, 'delete', 'events.k8s.io', undefined, requested, undefined, kept])),
    );
  });

  it('as it will be stored, when it validates', async () => {
    const uids: unknown[] = [];
    const inject = await start({
      name: 'look',
      handles: only(eventsEvents),
      admit: ({ object }) => void uids.push(object?.metadata?.uid),
      validate: ({ object }) => void uids.push(object?.metadata?.uid),
    });
    const { json } = await inject('POST', EVENTS, event);
    expect(uids).toEqual([undefined, json.metadata.uid]);
  });

  it('with the options of the operation, its key and its user', async () => {
    const seen: unknown[] = [];
    const inject = await start({
      name: 'look',
      handles: only(configMaps),
      validate: ({ verb, key, options, dryRun, user }) => void seen.push([verb, key.name, options, dryRun, user.name]),
    });
    const path = '/api/v1/namespaces/default/configmaps';
    const apiVersion = 'meta.k8s.io/v1';
    await inject('POST', `${path}?dryRun=All`, { metadata: { name: 'c' } });
    await inject('POST', path, { metadata: { name: 'c' } });
    const merge = { 'content-type': 'application/merge-patch+json' };
    await inject('PATCH', `${path}/c?fieldManager=m&fieldValidation=Strict`, { data: { a: 'b' } }, merge);
    await inject('DELETE', `${path}/c`, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Orphan' });
    expect(seen).toEqual([
      ['create', 'c', { apiVersion, kind: 'CreateOptions', dryRun: ['All'] }, true, 'admin'],
      ['create', 'c', { apiVersion, kind: 'CreateOptions' }, false, 'admin'],
      ['update', 'c', { apiVersion, kind: 'UpdateOptions', fieldManager: 'm', fieldValidation: 'Strict' }, false, 'admin'],
      ['delete', 'c', { apiVersion, kind: 'DeleteOptions', propagationPolicy: 'Orphan' }, false, 'admin'],
    ]);
  });

  it('in an equivalent version, when it asks, and may answer in that', async () => {
    const seen: unknown[] = [];
    const inject = await start({
      name: 'equivalent',
      handles: only(deployments),
      async admit(attributes) {
        const { kind, object, old } = await attributes.inVersion(deployments);
        seen.push([kind.version, typeOf(object), typeOf(old)]);
        if (object) await attributes.replace({ ...object, metadata: { ...object.metadata, labels: { changed: 'yes' } } }, deployments);
        seen.push(typeOf(attributes.object));
      },
      validate: (attributes) => expect(() => attributes.inVersion(configMaps)).toThrow('configmaps.v1. is no version of deployments'),
    });
    const created = await inject('POST', V1BETA2, deployment(1));
    expect([created.status, created.json.apiVersion, created.json.metadata.labels]).toEqual([201, 'apps/v1beta2', { changed: 'yes' }]);
    await inject('PUT', `${V1BETA2}/d`, deployment(2));
    expect(seen).toEqual([
      ['v1', 'apps/v1 Deployment', undefined],
      'apps/v1beta2 Deployment',
      ['v1', 'apps/v1 Deployment', 'apps/v1 Deployment'],
      'apps/v1beta2 Deployment',
    ]);
  });

  it('as a Scale, when the scale is written', async () => {
    const seen: unknown[] = [];
    const look = ({ subresource, kind, objectKind, object, old }: AdmissionAttributes) =>
      seen.push([kind.kind, subresource, `${objectKind.group}/${objectKind.version} ${objectKind.kind}`, typeOf(object), typeOf(old)]);
    const inject = await start({
      name: 'scale',
      handles: (kind, subresource) => isKind(kind, deployments) && subresource === 'scale',
      admit(attributes) {
        look(attributes);
        const scale = attributes.object as { spec?: { replicas?: number } } | undefined;
        if (scale?.spec?.replicas === 7) scale.spec.replicas = 5;
      },
      validate: (attributes) => void look(attributes),
    });
    await inject('POST', '/apis/apps/v1/namespaces/default/deployments', deployment(1));
    const patch = { spec: { replicas: 7 } };
    const { json } = await inject('PATCH', `${V1BETA2}/d/scale`, patch, { 'content-type': 'application/merge-patch+json' });
    expect(json.spec.replicas).toBe(5);
    expect((await inject('GET', `${V1BETA2}/d`)).json.spec.replicas).toBe(5);
    const [scale, type] = ['autoscaling/v1 Scale', 'autoscaling/v1 Scale'];
    expect(seen).toEqual([
      ['Deployment', 'scale', type, scale, scale],
      ['Deployment', 'scale', type, scale, scale],
    ]);
  });
});

describe('the phases of admission', () => {
  it('run in upstream’s order, whatever the order of the list, with quota last', async () => {
    const order: string[] = [];
    const plugin = (name: string, place: AdmissionPlugin['place']): AdmissionPlugin => ({
      name,
      ...(place ? { place } : {}),
      handles: only(configMaps),
      admit: () => void order.push(`admit ${name}`),
      validate: () => void order.push(`validate ${name}`),
    });
    const inject = await start(
      plugin('quota', 'quota'),
      plugin('webhook', 'webhook'),
      plugin('policy', 'policy'),
      plugin('a', undefined),
      plugin('b', 'builtin'),
    );
    await inject('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'c' } });
    expect(order).toEqual([
      ...['a', 'b', 'policy', 'webhook'].map((name) => `admit ${name}`),
      ...['a', 'b', 'policy', 'webhook', 'quota'].map((name) => `validate ${name}`),
    ]);
  });

  it('mutate once more when a plugin asks for it, on create and on update', async () => {
    const runs: string[] = [];
    const inject = await start(
      {
        name: 'early',
        handles: only(configMaps),
        admit({ object, isReinvocation, verb }) {
          runs.push(`${verb} ${isReinvocation} ${object?.metadata?.labels?.late ?? ''}`);
        },
      },
      {
        name: 'late',
        place: 'webhook',
        handles: only(configMaps),
        admit(attributes) {
          const { object } = attributes;
          if (!object || attributes.isReinvocation) return;
          attributes.replace({ ...object, metadata: { ...object.metadata, labels: { late: 'yes' } } });
          attributes.reinvoke();
        },
      },
    );
    const path = '/api/v1/namespaces/default/configmaps';
    await inject('POST', path, { metadata: { name: 'c' } });
    const { json } = await inject('PUT', `${path}/c`, { metadata: { name: 'c' }, data: { a: 'b' } });
    expect(json.metadata.labels).toEqual({ late: 'yes' });
    expect(runs).toEqual(['create false ', 'create true yes', 'update false ', 'update true yes']);
  });
});
