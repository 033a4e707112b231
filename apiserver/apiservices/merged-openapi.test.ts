import { describe, expect, it } from '@jest/globals';
import { mergeIndex, mergeV2 } from './merged-openapi.ts';
import { convertToV3 } from './openapi-conversion.ts';

const ref = (name: string) => ({ $ref: `#/definitions/${name}` });
const PATH = '/apis/g.example.com/v1/things';
const remote = (definitions: Record<string, Record<string, unknown>>) => ({
  group: 'g.example.com',
  version: 'v1',
  etag: '"1"',
  document: {
    paths: {
      [PATH]: { get: { responses: { 200: { description: 'OK', schema: ref('Thing') } } } },
      '/apis/g.example.com/v2/things': {},
      '/version': {},
    },
    definitions,
  },
});
const local = { swagger: '2.0', info: { title: 'K' }, paths: { '/version': { get: {} } }, definitions: { Meta: { type: 'object' } } };
const merged = (...documents: Parameters<typeof mergeV2>[1][number][]) => JSON.parse(mergeV2(JSON.stringify(local), documents));

describe('OpenAPI v2 with that of other servers', () => {
  it('has the paths of the claimed version, and the definitions that they lead to', () => {
    const document = merged(remote({ Thing: { properties: { metadata: ref('Meta') } }, Meta: { type: 'object' }, Other: {} }));
    expect(Object.keys(document.paths)).toEqual([PATH, '/version']);
    expect(document.definitions).toEqual({ Thing: { properties: { metadata: ref('Meta') } }, Meta: { type: 'object' } });
    expect(document).toMatchObject({ swagger: '2.0', info: { title: 'K' } });
  });

  it('keeps apart what has one name and is not the same', () => {
    const document = merged(remote({ Thing: { properties: { metadata: ref('Meta') } }, Meta: { type: 'string' } }));
    expect(document.definitions).toEqual({
      Thing: { properties: { metadata: ref('Meta_v2') } },
      Meta_v2: { type: 'string' },
      Meta: { type: 'object' },
    });
    expect(document.paths[PATH].get.responses[200].schema).toEqual(ref('Thing'));
  });

  it('has each path and definition of several servers once', () => {
    const document = merged(remote({ Thing: { type: 'string' } }), remote({ Thing: { type: 'integer' } }));
    expect(Object.keys(document.paths)).toEqual([PATH, '/version']);
    expect(document.definitions).toMatchObject({ Thing: { type: 'string' }, Thing_v2: { type: 'integer' } });
  });
});

describe('the index of OpenAPI v3', () => {
  it('leads to the server that has claimed a version, and otherwise to this one', () => {
    const url = (key: string, hash: string) => ({ serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` });
    const own = { paths: { 'apis/apps/v1': url('apis/apps/v1', 'A'), version: url('version', 'A') } };
    const others = new Map(['apis/apps/v1', 'apis/g/v1', 'version'].map((key) => [key, { claim: 'c', ...url(key, 'B') }]));
    expect(JSON.parse(mergeIndex(JSON.stringify(own), others, (key) => key === 'apis/apps/v1'))).toEqual({
      paths: { 'apis/apps/v1': url('apis/apps/v1', 'B'), 'apis/g/v1': url('apis/g/v1', 'B'), version: url('version', 'A') },
    });
  });
});

describe('OpenAPI v3 of a server that has v2 alone', () => {
  it('is made of it', () => {
    const body = { in: 'body', name: 'body', required: true, schema: ref('Thing') };
    const limit = { in: 'query', name: 'limit', type: 'integer', uniqueItems: true, description: 'L' };
    const responses = { 201: { description: 'Created', schema: ref('Thing') }, 401: { description: 'Unauthorized' } };
    const post = {
      consumes: ['application/json'],
      produces: ['application/json'],
      schemes: ['https'],
      operationId: 'create',
      parameters: [body, limit],
      responses,
    };
    const content = { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } };
    expect(convertToV3({ paths: { [PATH]: { post } }, definitions: { Thing: { properties: { other: ref('Thing') } } } })).toMatchObject({
      openapi: '3.0.0',
      paths: {
        [PATH]: {
          post: {
            operationId: 'create',
            parameters: [{ in: 'query', name: 'limit', description: 'L', schema: { type: 'integer', uniqueItems: true } }],
            requestBody: { content, required: true },
            responses: { 201: { description: 'Created', content }, 401: { description: 'Unauthorized' } },
          },
        },
      },
      components: { schemas: { Thing: { properties: { other: { $ref: '#/components/schemas/Thing' } } } } },
    });
  });
});
