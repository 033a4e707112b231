import { describe, expect, it } from '@jest/globals';
import { codecOf } from '../definition/codec.ts';
import type { CustomResourceDefinition, JSONSchemaProps } from '../kinds/apiextensions/custom-resource-definition/index.ts';
import { fieldErrorText } from '../schema/field-error.ts';
import type { CustomObject } from './kind-from-crd.ts';
import { kindFromCrd, kindsFromCrd } from './kind-from-crd.ts';

function crd(spec: JSONSchemaProps, more: object = {}): CustomResourceDefinition {
  const schema = {
    openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object', properties: { replicas: { type: 'integer' } } } } },
  };
  return {
    metadata: { name: 'bars.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'bars', kind: 'Bar', shortNames: ['b'] },
      versions: [{ name: 'v1', served: true, storage: true, schema, ...more }],
    },
  };
}

const fields = (properties: Record<string, JSONSchemaProps>, more: JSONSchemaProps = {}): JSONSchemaProps => ({
  type: 'object',
  properties,
  ...more,
});
const barWith = (spec: JSONSchemaProps) => kindFromCrd(crd(spec), 'v1');

function read(spec: JSONSchemaProps, value: unknown): { object: CustomObject; unknown: readonly string[] } {
  const codec = codecOf(barWith(spec));
  const result = codec.decode({ apiVersion: 'example.com/v1', kind: 'Bar', metadata: { name: 'b' }, spec: value }, { strict: true });
  if (!result.ok) throw new Error(result.message);
  codec.applyDefaults(result.object);
  return { object: result.object, unknown: result.unknownFields };
}

const faults = (spec: JSONSchemaProps, value: unknown): string[] =>
  (barWith(spec).strategy.validate?.(read(spec, value).object) ?? []).map(fieldErrorText);

describe('objects of a custom resource', () => {
  it('lose what the schema does not name, and strict validation hears of it', () => {
    const { object, unknown } = read(fields({ a: { type: 'string' }, list: { type: 'array', items: fields({ b: { type: 'string' } }) } }), {
      a: 'x',
      bogus: 1,
      list: [{ b: 'y', c: 'z' }],
    });
    expect(object.spec).toEqual({ a: 'x', list: [{ b: 'y' }] });
    expect(unknown).toEqual(['spec.bogus', 'spec.list[0].c']);
  });

  it('keep unknown fields where the schema says so, and prune the known ones inside', () => {
    const schema = fields({ known: fields({ a: { type: 'string' } }) }, { 'x-kubernetes-preserve-unknown-fields': true });
    expect(read(schema, { any: { thing: 1 }, known: { a: 'x', b: 1 } }).object.spec).toEqual({ any: { thing: 1 }, known: { a: 'x' } });
  });

  it('have metadata like all others, also within embedded resources', () => {
    const schema = fields({ template: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: fields({}) } } });
    const { object, unknown } = read(schema, { template: { apiVersion: 'v1', kind: 'X', metadata: { name: 'n', bogus: 1 }, other: 1 } });
    expect(object.spec).toEqual({ template: { apiVersion: 'v1', kind: 'X', metadata: { name: 'n' } } });
    expect(unknown).toEqual(['spec.template.other', 'spec.template.metadata.bogus']);
    expect(codecOf(barWith(schema)).decode({ metadata: { labels: { a: 1 } } })).toEqual({
      ok: false,
      message: 'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
    });
  });

  it('get the defaults of the schema, in place of null too unless null is a value', () => {
    const schema = fields({
      a: { type: 'integer', default: 1 },
      b: { type: 'string', default: 'x', nullable: true },
      c: fields({ d: { type: 'boolean', default: true } }, { default: {} }),
    });
    expect(read(schema, { a: null, b: null }).object.spec).toEqual({ a: 1, b: null, c: { d: true } });
  });
});

describe('validation of a custom resource speaks as kube-apiserver does', () => {
  it.each<[string, JSONSchemaProps, unknown, string[]]>([
    ['a type', { type: 'integer' }, 'x', ['spec.f: Invalid value: "string": spec.f in body must be of type integer: "string"']],
    ['null, which is dropped', { type: 'string' }, null, []],
    [
      'null in a list',
      { type: 'array', items: { type: 'string' } },
      [null],
      ['spec.f[0]: Invalid value: "null": spec.f[0] in body must be of type string: "null"'],
    ],
    ['null, where it may be', { type: 'string', nullable: true }, null, []],
    ['an enumeration', { type: 'string', enum: ['a', 'b'] }, 'c', ['spec.f: Unsupported value: "c": supported values: "a", "b"']],
    ['a minimum', { type: 'integer', minimum: 1 }, 0, ['spec.f: Invalid value: 0: spec.f in body should be greater than or equal to 1']],
    [
      'a multiple of a fraction',
      { type: 'number', multipleOf: 0.01 },
      0.075,
      ['spec.f: Invalid value: 0.075: spec.f in body should be a multiple of 0.01'],
    ],
    ['a multiple of a fraction, within the precision of numbers', { type: 'number', multipleOf: 0.01 }, 0.07, []],
    [
      'an exclusive maximum',
      { type: 'number', maximum: 1, exclusiveMaximum: true },
      1,
      ['spec.f: Invalid value: 1: spec.f in body should be less than 1'],
    ],
    ['a pattern', { type: 'string', pattern: '^a+$' }, 'b', [`spec.f: Invalid value: "b": spec.f in body should match '^a+$'`]],
    ['a length', { type: 'string', maxLength: 1 }, 'ab', ['spec.f: Too long: may not be more than 1 bytes']],
    ['a number of items', { type: 'array', maxItems: 1, items: { type: 'string' } }, ['a', 'b'], ['spec.f: Too many: 2: must have at most 1 items']],
    ['a format', { type: 'string', format: 'date-time' }, 'x', ['spec.f: Invalid value: "x": spec.f in body must be of type date-time: "x"']],
    ['a required field', fields({ a: { type: 'string' } }, { required: ['a'] }), {}, ['spec.f.a: Required value']],
    ['a set', { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } }, ['a', 'a'], ['spec.f[1]: Duplicate value: "a"']],
    [
      'a map of items',
      { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: fields({ k: { type: 'string' } }) },
      [{ k: 'a' }, { k: 'a' }],
      ['spec.f[1]: Duplicate value: {"k":"a"}'],
    ],
    [
      'values of a map',
      { type: 'object', additionalProperties: { type: 'integer' } },
      { a: 1, b: 'x' },
      ['spec.f.b: Invalid value: "string": spec.f.b in body must be of type integer: "string"'],
    ],
    [
      'int-or-string',
      { 'x-kubernetes-int-or-string': true },
      true,
      ['spec.f: Invalid value: "boolean": spec.f in body must be of type integer,string: "boolean"'],
    ],
    ['int-or-string, as text', { 'x-kubernetes-int-or-string': true }, '5%', []],
    [
      'the name of an embedded resource',
      { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      { apiVersion: 'v1', kind: 'X', metadata: { name: 'a/b' } },
      [`spec.f.metadata.name: Invalid value: "a/b": may not contain '/'`],
    ],
    [
      'embedded resources',
      { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      { kind: 'X' },
      ['spec.f.apiVersion: Required value'],
    ],
  ])('%s', (_, schema, value, expected) => expect(faults(fields({ f: schema }), { f: value })).toEqual(expected));

  it.each<[string, JSONSchemaProps, string[]]>([
    [
      'oneOf',
      { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      ['<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    ['not', { not: { required: ['a'] } }, ['<nil>: Invalid value: "": "spec" must not validate the schema (not)']],
    ['anyOf', { anyOf: [{ required: ['c'] }, { required: ['a'] }] }, []],
    [
      'allOf',
      { allOf: [{ required: ['c'] }] },
      ['spec.c: Required value', '<nil>: Invalid value: "": "spec" must validate all the schemas (allOf). None validated'],
    ],
  ])('%s', (_, schema, expected) => {
    expect(faults(fields({ a: { type: 'string' }, b: { type: 'string' } }, schema), { a: 'x', b: 'y' })).toEqual(expected);
  });
});

describe('the kind', () => {
  const kind = kindFromCrd(
    crd(fields({ replicas: { type: 'integer' } }), {
      subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
      additionalPrinterColumns: [
        { name: 'R', type: 'integer', jsonPath: '.spec.replicas' },
        { name: 'Since', type: 'date', jsonPath: '.metadata.creationTimestamp', priority: 1 },
      ],
      selectableFields: [{ jsonPath: '.spec.replicas' }],
    }),
    'v1',
  );
  const live = {
    metadata: { name: 'b', uid: '1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { replicas: 3 },
    status: { replicas: 2 },
  };

  it('has columns by path, after the name', () => {
    const cells = kind.columns.map((column) => column.cell(live, Date.parse('2026-01-01T00:05:00Z')));
    expect(kind.columns.map(({ name, priority }) => [name, priority ?? 0])).toEqual([
      ['Name', 0],
      ['R', 0],
      ['Since', 1],
    ]);
    expect(cells).toEqual(['b', 3, '5m']);
  });

  it('leaves the status to its subresource, and the subresource leaves all else', () => {
    const update: CustomObject = { metadata: { name: 'b', resourceVersion: '1' }, spec: { replicas: 9 }, status: { replicas: 9 } };
    const main = structuredClone(update);
    kind.strategy.prepareForUpdate?.(main, live);
    expect(main).toMatchObject({ spec: { replicas: 9 }, status: { replicas: 2 } });
    const status = structuredClone(update);
    kind.strategy.prepareForStatusUpdate?.(status, live);
    expect(status).toMatchObject({ metadata: { uid: '1' }, spec: { replicas: 3 }, status: { replicas: 9 } });
  });

  it('can be scaled and selected by field', () => {
    expect(kind.scale?.specReplicasPath).toBe('.spec.replicas');
    expect(kind.subresources.map(({ name }) => name)).toEqual(['status', 'scale']);
    expect(kind.strategy.selectableFields?.['spec.replicas']?.(live)).toBe('3');
  });

  it('of another version is stored under the name of the stored one', () => {
    const definition = crd(fields({}));
    definition.spec.versions.push({ name: 'v2', served: true, storage: false }, { name: 'v3', served: false, storage: false });
    const [v1, v2, ...rest] = kindsFromCrd(definition);
    expect(rest).toEqual([]);
    expect(v1?.storedAs).toBeUndefined();
    expect(v2?.storedAs?.toStored({ apiVersion: 'example.com/v2' })).toEqual({ apiVersion: 'example.com/v1' });
    expect(() => kindFromCrd(definition, 'v9')).toThrow(RangeError);
  });
});
