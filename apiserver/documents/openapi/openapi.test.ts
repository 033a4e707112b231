import { describe, expect, it } from '@jest/globals';
import { kindsFromCrd } from '../../../api/crd/kind-from-crd.ts';
import type { KindDefinition } from '../../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { kinds } from '../../../api/kinds/index.ts';
import type { Document } from './openapi.ts';
import { createOpenApi } from './openapi.ts';

const api = createOpenApi({ kinds: () => kinds });
const parsed = (document: Document | undefined) => JSON.parse(Buffer.concat([...(document?.parts ?? [])]).toString());
const read = async (path: string, from = api) => parsed(await from.group(path, 'json'));
const indexOf = async (from = api) => JSON.parse(await from.index()).paths;

/** Every `$ref` of a document, wherever it stands. */
function refsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref' && typeof item === 'string') found.add(item);
    else refsIn(item, found);
  }
  return found;
}

describe('OpenAPI v3', () => {
  it('lists every document with a hash', async () => {
    const paths = await indexOf();
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['api', 'api/v1', 'apis', 'apis/apps', 'apis/apps/v1', 'version']));
    expect(paths['api/v1'].serverRelativeURL).toMatch(/^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{128}$/);
    expect((await api.group('api/v1', 'protobuf'))?.hash).toBe(paths['api/v1'].serverRelativeURL.split('=')[1]);
  });

  it.each(['api/v1', 'apis/apps/v1', 'apis/apiextensions.k8s.io/v1', 'apis/events.k8s.io/v1', 'api', 'apis', 'apis/apps', 'version'])(
    '%s refers to all that it holds, and to nothing else',
    async (path) => {
      const document = await read(path);
      const referred = [...refsIn(document)].map((ref) => ref.replace('#/components/schemas/', ''));
      expect(referred.toSorted()).toEqual(Object.keys(document.components.schemas));
    },
  );

  it('says what kubectl apply needs: how lists are merged, and that a patch knows fieldValidation', async () => {
    const { components, paths } = await read('apis/apps/v1');
    const containers = components.schemas['io.k8s.api.core.v1.PodSpec'].properties.containers;
    expect(containers).toMatchObject({
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-list-map-keys': ['name'],
    });
    expect(components.schemas['io.k8s.api.apps.v1.DeploymentSpec'].properties.strategy['x-kubernetes-patch-strategy']).toBe('retainKeys');
    const { patch } = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    expect(patch).toMatchObject({
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
    });
    expect(patch.parameters.map((p: { name: string }) => p.name)).toContain('fieldValidation');
  });

  it('shows the defaults of fields that are always there, and published ones', async () => {
    const { schemas } = (await read('api/v1')).components;
    const { name, ports, resources } = schemas['io.k8s.api.core.v1.Container'].properties;
    expect([name.default, ports.default, resources.default]).toEqual(['', undefined, {}]);
    expect(schemas['io.k8s.api.core.v1.ContainerPort'].properties.protocol.default).toBe('TCP');
    expect(schemas['io.k8s.api.core.v1.PodSpec'].properties.dnsPolicy.default).toBeUndefined();
  });

  it('describes what is read, connected to and watched', async () => {
    const { paths } = await read('api/v1');
    const pod = '/api/v1/namespaces/{namespace}/pods/{name}';
    expect(Object.keys(paths[`${pod}/log`].get.responses[200].content)).toContain('text/plain');
    expect(Object.keys(paths[`${pod}/proxy/{path}`])).toEqual(['post', 'delete', 'get', 'patch', 'put', 'options', 'head', 'parameters']);
    expect(paths['/api/v1/watch/namespaces/{namespace}/pods/{name}'].get).toMatchObject({
      'x-kubernetes-action': 'watch',
      operationId: 'watchCoreV1NamespacedPod',
    });
  });

  it('gives structures the names that upstream gives them', async () => {
    const names = Object.keys((await read('api/v1')).components.schemas);
    expect(names).toEqual(
      expect.arrayContaining([
        'io.k8s.api.core.v1.Pod',
        'io.k8s.api.core.v1.PodList',
        'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
        'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
        'io.k8s.apimachinery.pkg.api.resource.Quantity',
        'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
      ]),
    );
    expect(Object.keys((await read('apis/events.k8s.io/v1')).components.schemas)).toContain('io.k8s.api.events.v1.Event');
    expect(Object.keys((await read('apis/discovery.k8s.io/v1')).components.schemas)).toContain('io.k8s.api.discovery.v1.EndpointPort');
  });

  it('follows custom resources as they come and change, and makes no other document anew', async () => {
    let served: readonly KindDefinition[] = kinds;
    const changing = createOpenApi({ kinds: () => served });
    expect(await changing.group('apis/example.com/v1', 'json')).toBeUndefined();
    const crd = (description: string): CustomResourceDefinition => ({
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'bars', kind: 'Bar' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', description, title: 'Condition' } } }],
      },
    });
    const before = (await changing.group('apis/apps/v1', 'json'))?.parts[0];
    served = [...kinds, ...kindsFromCrd(crd('first'))];
    const first = (await indexOf(changing))['apis/example.com/v1'].serverRelativeURL;
    expect((await read('apis/example.com/v1', changing)).components.schemas['com.example.v1.Bar']).toMatchObject({
      description: 'first',
      properties: { metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] } },
    });
    served = [...kinds, ...kindsFromCrd(crd('second'))];
    expect((await indexOf(changing))['apis/example.com/v1'].serverRelativeURL).not.toBe(first);
    expect((await changing.group('apis/apps/v1', 'json'))?.parts[0]).toBe(before);
    expect(parsed(await changing.whole('json')).definitions['com.example.v1.Bar'].description).toBe('second');
  });
});

describe('OpenAPI v2', () => {
  it('holds all kinds in one document, whole', async () => {
    const document = parsed(await api.whole('json'));
    expect(document.swagger).toBe('2.0');
    expect([...refsIn(document)].filter((ref) => !document.definitions[ref.replace('#/definitions/', '')])).toEqual([]);
    expect(document.definitions['io.k8s.api.core.v1.PodSpec'].properties.volumes['x-kubernetes-patch-strategy']).toBe('merge,retainKeys');
  });
});
