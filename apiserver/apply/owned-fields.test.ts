import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

const HPA_V1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
const HPA_V2 = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

let api: InjectedServer;
beforeAll(async () => {
  api = await startInjectedServer({ clock: createFakeClock() });
});
afterAll(() => api.close());

interface Entry {
  readonly manager: string;
  readonly apiVersion: string;
  readonly fieldsV1: object;
}
const entriesOf = (json: { metadata: { managedFields: Entry[] } }): Entry[] => json.metadata.managedFields;
const fieldsOf = (json: { metadata: { managedFields: Entry[] } }): object | undefined => entriesOf(json)[0]?.fieldsV1;
const create = async (path: string, body: object) => (await api.inject('POST', `${path}?fieldManager=me`, body)).json;

describe('the fields of a new object', () => {
  it('bear the names of the version that it was created in', async () => {
    const event = await create('/apis/events.k8s.io/v1/namespaces/default/events', {
      metadata: { name: 'e' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'a.b/c',
      reportingInstance: 'i',
      action: 'A',
      reason: 'R',
      regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
      note: 'n',
      type: 'Normal',
    });
    expect(entriesOf(event)[0]?.apiVersion).toBe('events.k8s.io/v1');
    expect(fieldsOf(event)).toEqual({
      'f:action': {},
      'f:eventTime': {},
      'f:note': {},
      'f:reason': {},
      'f:regarding': {},
      'f:reportingController': {},
      'f:reportingInstance': {},
      'f:type': {},
    });
  });

  it('include the template generation that the server gives a DaemonSet', async () => {
    const set = await create('/apis/apps/v1/namespaces/default/daemonsets', {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
      },
    });
    expect(set.metadata.annotations).toEqual({ 'deprecated.daemonset.template.generation': '1' });
    expect(fieldsOf(set)).toMatchObject({ 'f:metadata': { 'f:annotations': { '.': {}, 'f:deprecated.daemonset.template.generation': {} } } });
  });

  it('do not include a list that is always there, but its items', async () => {
    const node = await create('/apis/storage.k8s.io/v1/csinodes', { metadata: { name: 'n' }, spec: { drivers: [{ name: 'd', nodeID: 'i' }] } });
    expect(fieldsOf(node)).toEqual({
      'f:spec': { 'f:drivers': { 'k:{"name":"d"}': { '.': {}, 'f:name': {}, 'f:nodeID': {}, 'f:topologyKeys': {} } } },
    });
  });

  it('include a list that is given empty, where it is null otherwise', async () => {
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    const empty = await create(path, { metadata: { name: 'empty' }, rules: [] });
    expect([empty.rules, fieldsOf(empty)]).toEqual([null, { 'f:rules': {} }]);
    const absent = await create(path, { metadata: { name: 'absent' } });
    expect([absent.rules, absent.metadata.managedFields]).toEqual([null, undefined]);
  });

  it('of a reference are owned one by one where the field says so', async () => {
    const volume = await create('/api/v1/persistentvolumes', {
      metadata: { name: 'v' },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/v' }, claimRef: { namespace: 'n', name: 'c' } },
    });
    expect(fieldsOf(volume)).toMatchObject({ 'f:spec': { 'f:claimRef': { '.': {}, 'f:name': {}, 'f:namespace': {} } } });
  });
});

describe('managers who speak several versions', () => {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
  const ownersOf = (json: { metadata: { managedFields: Entry[] } }) =>
    Object.fromEntries(entriesOf(json).map(({ manager, fieldsV1 }) => [manager, fieldsV1]));

  it('each lose what the other changes, under their own names', async () => {
    await create(HPA_V1, { metadata: { name: 'a' }, spec: { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 50 } });
    const metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }];
    const { json } = await api.inject(
      'PATCH',
      `${HPA_V2}/a?fieldManager=other`,
      { spec: { metrics } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(ownersOf(json)).toEqual({
      me: { 'f:spec': { 'f:maxReplicas': {}, 'f:minReplicas': {}, 'f:scaleTargetRef': {} } },
      other: { 'f:spec': { 'f:metrics': {} } },
    });
  });

  it('are told of a conflict under the names of their own version', async () => {
    await create(HPA_V1, { metadata: { name: 'b' }, spec: { scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 50 } });
    const metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }];
    const body = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'b' }, spec: { metrics } };
    const { status, json } = await api.inject('PATCH', `${HPA_V2}/b?fieldManager=other`, body, { 'content-type': 'application/apply-patch+yaml' });
    expect([status, json.message]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "me" using autoscaling/v1: .spec.targetCPUUtilizationPercentage',
    ]);
  });
});
