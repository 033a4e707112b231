import { beforeEach, describe, expect, it } from '@jest/globals';
import { conceptServices } from '../../../api/concepts/service.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import { services } from '../../../api/kinds/core/service/index.ts';
import { StatusError } from '../../../api/meta/status-error.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { backingServiceController } from './controller.ts';

const key = { namespace: 'default', name: 'web' };
let stub: StubEnv;
beforeEach(() => {
  stub = createStubEnv(backingServiceController({ services: conceptServices, coreServices: services }));
});
async function round(): Promise<void> {
  for (const kind of [conceptServices, services]) await stub.catchUp(kind);
  await stub.reconcile('web');
}
const create = (more: object = {}) =>
  stub.client.create(conceptServices, {
    metadata: { ...key, labels: { team: 'a' } },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    ...more,
  });
const patch = (body: object) => stub.client.patch(conceptServices, key, { type: 'merge', body });
const core = () => stub.client.get(services, key);
const ready = async () => (await stub.client.get(conceptServices, key)).status?.conditions?.find(({ type }) => type === 'Ready');
const writes = () => stub.client.calls.filter((call) => /^(create|update|patch|delete) /.test(call));

describe('the core Service behind a Service', () => {
  it('has its spec without the selector, its labels, and it as its owner', async () => {
    await create();
    await round();
    const { metadata, spec } = await core();
    expect(spec).toEqual({ ports: [{ port: 80 }] });
    expect(metadata.labels).toEqual({ team: 'a' });
    expect(metadata.ownerReferences).toEqual([
      expect.objectContaining({ apiVersion: 'skiff.dev/v1', kind: 'Service', name: 'web', controller: true }),
    ]);
    expect(await ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('is written once, while nothing changes', async () => {
    await create();
    await round();
    await round();
    const before = writes().length;
    await round();
    expect(writes().length).toBe(before);
  });

  it('is made once, however often the controller runs without seeing it', async () => {
    await create();
    await stub.catchUp(conceptServices);
    await stub.reconcile('web');
    await stub.reconcile('web').catch(() => undefined);
    expect((await stub.client.list(services)).items).toHaveLength(1);
  });

  it('loses the labels and fields that its Service loses, and keeps those of others', async () => {
    await create({ spec: { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] } });
    await round();
    await stub.client.patch(services, key, { type: 'merge', body: { metadata: { labels: { cloud: 'b' } } } });
    await patch({ metadata: { labels: { team: null } }, spec: { externalIPs: null } });
    await round();
    const { metadata, spec } = await core();
    expect(metadata.labels).toEqual({ cloud: 'b' });
    expect(spec?.externalIPs).toBeUndefined();
  });

  it('is mended when others change it', async () => {
    await create();
    await round();
    await stub.client.patch(services, key, { type: 'merge', body: { spec: { selector: { app: 'thief' }, ports: [{ port: 81 }] } } });
    await round();
    expect((await core()).spec).toEqual({ ports: [{ port: 80 }] });
  });

  it('shows its addresses and ports in the status of its Service', async () => {
    await create();
    await round();
    const status: Service['status'] = { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } };
    const spec = { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'], ports: [{ port: 80, nodePort: 30001 }] };
    await stub.client.patch(services, key, { type: 'merge', body: { spec, status } });
    await round();
    expect((await stub.client.get(conceptServices, key)).status).toMatchObject({
      clusterIP: '10.0.0.1',
      clusterIPs: ['10.0.0.1'],
      ipFamilies: ['IPv4'],
      ports: [{ port: 80, nodePort: 30001 }],
      loadBalancer: { ingress: [{ ip: '192.0.2.7' }] },
    });
  });

  it('is left alone if it is somebody else’s, which a condition and one event say', async () => {
    await stub.client.create(services, { metadata: { ...key }, spec: { selector: { app: 'mine' } } });
    await create();
    const before = (await core()).metadata.resourceVersion;
    await round();
    await round();
    expect((await core()).metadata.resourceVersion).toBe(before);
    expect(await ready()).toMatchObject({ status: 'False', reason: 'NameTaken' });
    expect(stub.events).toEqual([expect.stringMatching(/^NameTaken: the core Service web belongs to somebody else and is left alone/)]);
  });

  it('that the server refuses is told of, and tried again later', async () => {
    await create();
    stub.client.failNext('create services', new StatusError('Invalid', 'provided port is already allocated'));
    for (const kind of [conceptServices, services]) await stub.catchUp(kind);
    expect(await stub.reconcile('web')).toEqual({ requeueAfterMs: 30_000 });
    expect(await ready()).toMatchObject({ status: 'False', reason: 'Refused', message: 'provided port is already allocated' });
    expect(stub.events).toEqual(['Refused: provided port is already allocated']);
  });

  it('is not made any more for a Service that is terminating', async () => {
    await create({ metadata: { ...key, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    await round();
    expect((await stub.client.list(services)).items).toEqual([]);
  });
});
