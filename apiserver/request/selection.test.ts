import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';

let api: InjectedServer;
beforeAll(async () => {
  api = await startInjectedServer({ clock: createFakeClock(), namespaces: ['default'] });
});
afterAll(() => api.close());

it.each([
  ['/api/v1/pods', 'spec.hostname=x', 'field label not supported: spec.hostname'],
  ['/apis/batch/v1/jobs', 'metadata.uid=x', 'field label "metadata.uid" not supported for Job'],
  ['/apis/resource.k8s.io/v1/resourceslices', 'spec.pool=x', 'field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: spec.pool'],
  ['/api/v1/configmaps', 'data=x', '"data" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ['/api/v1/pods', 'metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
  ['/api/v1/pods', 'metadata.name=a\\b', 'invalid field selector: invalid escape sequence: \\b'],
  ['/api/v1/pods', 'metadata.name=a\\', 'invalid field selector: invalid escape sequence: \\'],
])('objects of %s are not selected by %s', async (path, selector, message) => {
  const { status, json } = await api.inject('GET', `${path}?fieldSelector=${encodeURIComponent(selector)}`);
  expect([status, json.message]).toEqual([400, message]);
});
