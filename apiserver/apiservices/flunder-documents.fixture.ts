import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface FlunderDocument {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const GROUP = 'wardle.example.com';
const VERSION = 'v1alpha1';
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'watch'];
const FLUNDER = 'com.example.wardle.v1alpha1.Flunder';
const GVK = [{ group: GROUP, version: VERSION, kind: 'Flunder' }];

const resourceList = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: `${GROUP}/${VERSION}`,
  resources: [
    { name: 'flunders', singularName: 'flunder', namespaced: true, kind: 'Flunder', verbs: VERBS, shortNames: ['fl'] },
    { name: 'flunders/status', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get'] },
  ],
};

const aggregated = (version: string) => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: [
    {
      metadata: { name: GROUP, creationTimestamp: null },
      versions: [
        {
          version: VERSION,
          resources: [
            {
              resource: 'flunders',
              responseKind: GVK[0],
              scope: 'Namespaced',
              singularResource: 'flunder',
              verbs: VERBS,
              shortNames: ['fl'],
              subresources: [{ subresource: 'status', responseKind: GVK[0], verbs: ['get'] }],
            },
          ],
          freshness: 'Current',
        },
      ],
    },
  ],
});

const schema = {
  description: 'A fish, as the sample API server has it.',
  type: 'object',
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: { type: 'object', description: 'What is wanted.', properties: { reference: { type: 'string', description: 'Name of another fish.' } } },
  },
  'x-kubernetes-group-version-kind': GVK,
};
const PATH = `/apis/${GROUP}/${VERSION}/namespaces/{namespace}/flunders`;
const operation = (content: object) => ({
  get: {
    operationId: 'listFlunder',
    responses: { 200: { description: 'OK', ...content } },
    'x-kubernetes-action': 'list',
    'x-kubernetes-group-version-kind': GVK[0],
  },
});
/** kubectl leaves validation to servers that take the parameter. */
const FIELD_VALIDATION = { name: 'fieldValidation', in: 'query', schema: { type: 'string' } };
const patchOperation = {
  patch: {
    operationId: 'patchFlunder',
    parameters: [FIELD_VALIDATION],
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': GVK[0],
  },
};
const namespaceParameter = { name: 'namespace', in: 'path', required: true };

const openApiV2 = {
  swagger: '2.0',
  info: { title: 'Wardle', version: '1' },
  paths: {
    [PATH]: { ...operation({ schema: { $ref: `#/definitions/${FLUNDER}` } }), parameters: [{ ...namespaceParameter, type: 'string' }] },
    '/healthz': { get: { responses: { 200: { description: 'OK' } } } },
  },
  definitions: { [FLUNDER]: schema },
};
const openApiV3 = {
  openapi: '3.0.0',
  info: { title: 'Wardle', version: '1' },
  paths: {
    [PATH]: {
      ...operation({ content: { 'application/json': { schema: { $ref: `#/components/schemas/${FLUNDER}` } } } }),
      parameters: [{ ...namespaceParameter, schema: { type: 'string' } }],
    },
    [`${PATH}/{name}`]: patchOperation,
  },
  components: { schemas: { [FLUNDER]: schema } },
};

const etagOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32).toUpperCase();

/** The documents in which the server of flunders says what it serves. */
export function flunderDocuments(options: { readonly withoutOpenApiV3?: boolean; readonly withoutAggregatedDiscovery?: boolean }) {
  function document(value: object, { 'if-none-match': known }: IncomingHttpHeaders, type = 'application/json'): FlunderDocument {
    const body = JSON.stringify(value);
    const etag = `"${etagOf(body)}"`;
    if (known === etag) return { status: 304, headers: { etag }, body: '' };
    return { status: 200, headers: { 'content-type': type, etag }, body };
  }
  return (path: string, headers: IncomingHttpHeaders): FlunderDocument | undefined => {
    switch (path) {
      case `/apis/${GROUP}/${VERSION}`:
        return document(resourceList, headers);
      case '/apis': {
        const wanted = /v=(v2beta1|v2)(?:;|,|$)/.exec(headers.accept ?? '')?.[1];
        if (options.withoutAggregatedDiscovery || wanted === undefined)
          return document({ kind: 'APIGroupList', apiVersion: 'v1', groups: [] }, headers);
        return document(aggregated(wanted), headers, `application/json;g=apidiscovery.k8s.io;v=${wanted};as=APIGroupDiscoveryList`);
      }
      case '/openapi/v2':
        return document(openApiV2, headers);
      case '/openapi/v3': {
        const hash = etagOf(JSON.stringify(openApiV3));
        const key = `apis/${GROUP}/${VERSION}`;
        return options.withoutOpenApiV3
          ? undefined
          : document({ paths: { [key]: { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` } } }, headers);
      }
      case `/openapi/v3/apis/${GROUP}/${VERSION}`:
        return options.withoutOpenApiV3 ? undefined : document(openApiV3, headers);
      default:
        return undefined;
    }
  };
}
