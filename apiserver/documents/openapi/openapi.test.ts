import { describe, expect, it } from '@jest/globals';
import { kindsFromCrd } from '../../../api/crd/kind-from-crd.ts';
import type { KindDefinition } from '../../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { kinds } from '../../../api/kinds/index.ts';
import { createOpenApi } from './openapi.ts';

const api = createOpenApi({ kinds: () => kinds });
const read = (path: string, from = api) => JSON.parse(from.handle(path, 'application/json')!.body);

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
  it('lists every group version with a hash', () => {
    const { paths } = read('/openapi/v3');
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['api/v1', 'apis/apps/v1', 'apis/rbac.authorization.k8s.io/v1']));
    expect(paths['api/v1'].serverRelativeURL).toMatch(/^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{128}$/);
  });

  it('lets clients keep the document that a hash names, and sends them on from another hash', () => {
    const url = read('/openapi/v3').paths['apis/apps/v1'].serverRelativeURL;
    const hash = url.split('=')[1];
    expect(api.handle('/openapi/v3/apis/apps/v1', '', hash)).toMatchObject({
      status: 200,
      headers: { 'cache-control': expect.stringContaining('immutable') },
    });
    expect(api.handle('/openapi/v3/apis/apps/v1', '', 'OLD')).toMatchObject({ status: 301, headers: { location: url } });
    expect(api.handle('/openapi/v3/apis/apps/v1')?.headers).not.toHaveProperty('cache-control');
  });

  it.each(['api/v1', 'apis/apps/v1', 'apis/apiextensions.k8s.io/v1', 'apis/events.k8s.io/v1'])(
    '%s refers to nothing that it does not hold',
    (path) => {
      const document = read(`/openapi/v3/${path}`);
      const missing = [...refsIn(document)].filter((ref) => !document.components.schemas[ref.replace('#/components/schemas/', '')]);
      expect(missing).toEqual([]);
    },
  );

  it('says what kubectl apply needs: how lists are merged, and that a patch knows fieldValidation', () => {
    const { components, paths } = read('/openapi/v3/apis/apps/v1');
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

  it('gives structures the names that upstream gives them', () => {
    const names = Object.keys(read('/openapi/v3/api/v1').components.schemas);
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
    expect(Object.keys(read('/openapi/v3/apis/events.k8s.io/v1').components.schemas)).toContain('io.k8s.api.events.v1.Event');
    expect(Object.keys(read('/openapi/v3/apis/discovery.k8s.io/v1').components.schemas)).toContain('io.k8s.api.discovery.v1.EndpointPort');
  });

  it('follows custom resources as they come and change', () => {
    let served: readonly KindDefinition[] = kinds;
    const changing = createOpenApi({ kinds: () => served });
    expect(changing.handle('/openapi/v3/apis/example.com/v1')).toBeUndefined();
    const crd = (description: string): CustomResourceDefinition => ({
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'bars', kind: 'Bar' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', description, title: 'Condition' } } }],
      },
    });
    served = [...kinds, ...kindsFromCrd(crd('first'))];
    const first = read('/openapi/v3', changing).paths['apis/example.com/v1'].serverRelativeURL;
    expect(read('/openapi/v3/apis/example.com/v1', changing).components.schemas['com.example.v1.Bar']).toMatchObject({
      description: 'first',
      properties: { metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] } },
    });
    served = [...kinds, ...kindsFromCrd(crd('second'))];
    expect(read('/openapi/v3', changing).paths['apis/example.com/v1'].serverRelativeURL).not.toBe(first);
  });
});

describe('OpenAPI v2', () => {
  it('holds all kinds in one document, whole', () => {
    const document = read('/openapi/v2');
    expect(document.swagger).toBe('2.0');
    expect([...refsIn(document)].filter((ref) => !document.definitions[ref.replace('#/definitions/', '')])).toEqual([]);
    expect(document.definitions['io.k8s.api.core.v1.PodSpec'].properties.volumes['x-kubernetes-patch-strategy']).toBe('merge,retainKeys');
  });

  it('is not served as protobuf', () => {
    expect(api.handle('/openapi/v2', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf')?.status).toBe(406);
    expect(api.handle('/openapi/v2', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf,application/json')?.status).toBe(200);
  });
});

it('paths of no document are not answered', () => {
  expect(api.handle('/openapi')).toBeUndefined();
  expect(api.handle('/openapi/v3/apis/none/v1')).toBeUndefined();
});
