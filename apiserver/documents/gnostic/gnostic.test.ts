import { describe, expect, it } from '@jest/globals';
import { message, nested, nestedList, string, stringList } from '../../../base/protobuf/message.ts';
import { encodeDefinitionV2, encodePathV2, encodeV2 } from './v2.ts';
import { encodeV3 } from './v3.ts';

/** The part of gnostic's messages that kubectl reads. */
const NamedAny = message({ name: string(1), value: nested(2, message({ yaml: string(2) })) });
const SchemaV2 = message({
  ref: string(1),
  description: string(4),
  type: nested(22, message({ value: stringList(1) })),
  properties: nested(25, message({ entries: nestedList(1, message({ name: string(1), value: nested(2, message({ ref: string(1) })) })) })),
  extensions: nestedList(31, NamedAny),
});
const NamedSchemaV2 = message({ name: string(1), value: nested(2, SchemaV2) });
const QueryParameter = message({ in: string(2), name: string(4) });
const ParameterV2 = message({ body: nested(1, message({ name: string(2) })), other: nested(2, message({ query: nested(3, QueryParameter) })) });
const OperationV2 = message({
  id: string(5),
  parameters: nestedList(8, message({ parameter: nested(1, ParameterV2) })),
  extensions: nestedList(13, NamedAny),
});
const DocumentV2 = message({
  swagger: string(1),
  info: nested(2, message({ title: string(1), version: string(2) })),
  paths: nested(8, message({ path: nestedList(2, message({ name: string(1), value: nested(2, message({ patch: nested(8, OperationV2) })) })) })),
  definitions: nested(9, message({ schemas: nestedList(1, NamedSchemaV2) })),
});

describe('a document of OpenAPI 2.0 in Protobuf', () => {
  const patch = {
    operationId: 'patchPod',
    parameters: [
      { name: 'body', in: 'body', required: true, schema: { $ref: '#/definitions/Patch' } },
      { name: 'dryRun', in: 'query', type: 'string', uniqueItems: true },
    ],
    responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/Pod' } } },
    'x-kubernetes-group-version-kind': { group: '', kind: 'Pod', version: 'v1' },
  };
  const pod = {
    description: 'A pod.',
    type: 'object',
    properties: { spec: { $ref: '#/definitions/PodSpec' } },
    'x-kubernetes-group-version-kind': [{ kind: 'Pod' }],
  };
  const document = DocumentV2.decode(
    Buffer.concat([...encodeV2({ title: 'Kubernetes', version: 'v1' }, [encodePathV2('/pods/{name}', { patch })], [encodeDefinitionV2('Pod', pod)])]),
  );

  it('has paths with operations, their parameters and extensions', () => {
    expect([document.swagger, document.info]).toEqual(['2.0', { title: 'Kubernetes', version: 'v1' }]);
    const [path] = document.paths?.path ?? [];
    expect(path?.name).toBe('/pods/{name}');
    const operation = path?.value?.patch;
    expect(operation?.id).toBe('patchPod');
    expect(operation?.parameters.map(({ parameter }) => parameter?.body?.name ?? parameter?.other?.query?.name)).toEqual(['body', 'dryRun']);
    expect(JSON.parse(operation?.extensions[0]?.value?.yaml ?? '')).toEqual({ group: '', kind: 'Pod', version: 'v1' });
  });

  it('has definitions', () => {
    const [definition] = document.definitions?.schemas ?? [];
    expect(definition).toMatchObject({ name: 'Pod', value: { description: 'A pod.', type: { value: ['object'] } } });
    const [spec] = definition?.value?.properties?.entries ?? [];
    expect(spec).toMatchObject({ name: 'spec', value: { ref: '#/definitions/PodSpec' } });
    expect(definition?.value?.extensions.map(({ name }) => name)).toEqual(['x-kubernetes-group-version-kind']);
  });
});

describe('a document of OpenAPI 3.0 in Protobuf', () => {
  const SchemaV3 = message({
    allOf: nestedList(26, message({ reference: nested(2, message({ ref: string(1) })) })),
    type: string(25),
    description: string(34),
  });
  const NamedSchemaV3 = message({
    name: string(1),
    value: nested(2, message({ schema: nested(1, SchemaV3), reference: nested(2, message({ ref: string(1) })) })),
  });
  const DocumentV3 = message({
    openapi: string(1),
    components: nested(5, message({ schemas: nested(1, message({ entries: nestedList(1, NamedSchemaV3) })) })),
  });

  it('tells schemas from references', () => {
    const $ref = '#/components/schemas/B';
    const schemas = { A: { type: 'object', description: 'a', allOf: [{ $ref }], default: {} }, B: { $ref } };
    const document = DocumentV3.decode(encodeV3({ openapi: '3.0.0', info: {}, paths: {}, components: { schemas } }));
    expect(document.openapi).toBe('3.0.0');
    const [a, b] = document.components?.schemas?.entries ?? [];
    expect(a).toMatchObject({ name: 'A', value: { schema: { type: 'object', description: 'a', allOf: [{ reference: { ref: $ref } }] } } });
    expect(b).toMatchObject({ name: 'B', value: { reference: { ref: $ref } } });
  });
});
