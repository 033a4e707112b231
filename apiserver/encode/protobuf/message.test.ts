import { describe, expect, it } from '@jest/globals';
import { kinds } from '../../../api/kinds/index.ts';
import { Status } from '../../../api/meta/status.ts';
import { ResourceHealth } from '../../../api/pod/container/container-status.ts';
import type { Property, StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import { parseSteps } from '../../../base/json/parse-steps.ts';
import { Writer } from '../../../base/protobuf/writer.ts';
import { finished } from '../../../base/steps.ts';
import { decodeMessage } from '../../request/protobuf/decode.ts';
import { writeMessage, writeMessageSteps } from './message.ts';

/** Makes a value of a schema with every field set, but for structures within themselves. */
function sample(schema: StructuralSchema, within: readonly StructuralSchema[]): unknown {
  switch (schema.format) {
    case 'quantity':
      return '500m';
    case 'date-time':
      return '2026-01-01T00:00:00Z';
    case 'date-time-micro':
      return '2026-01-01T00:00:00.123456Z';
    case 'go-duration':
      return '1m30.5s';
    case 'int-or-string':
      return '25%';
    case 'byte':
      return Buffer.from('bytes').toString('base64');
  }
  if (schema.properties) return structure([...schema.properties.values()], [...within, schema]);
  switch (schema.type) {
    case 'string':
      return 'text: é, 日本, 🎈';
    case 'integer':
      return -7;
    case 'number':
      return 0.25;
    case 'boolean':
      return true;
    case 'array':
      return schema.items ? [sample(schema.items, within), sample(schema.items, within)] : [];
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? { b: sample(schema.additionalProperties, within), a: sample(schema.additionalProperties, within) }
        : {};
    default:
      if (schema.union?.boolean) return false;
      if (schema.union?.list) return [structuralOf(schema.union.list).items?.type === 'string' ? 'text' : {}];
      return { any: ['value'] };
  }
}

const holds = (schema: StructuralSchema | undefined, within: readonly StructuralSchema[]): boolean =>
  schema !== undefined &&
  (within.includes(schema) ||
    holds(schema.items, within) ||
    (typeof schema.additionalProperties === 'object' && holds(schema.additionalProperties, within)));

function structure(properties: readonly Property[], within: readonly StructuralSchema[]): object {
  const known = properties.filter(({ tag, schema }) => tag !== undefined && !holds(schema, within));
  return Object.fromEntries(known.map(({ name, schema }) => [name, sample(schema, within)]));
}

function encodeMessage(schema: StructuralSchema, object: unknown): Buffer {
  const writer = new Writer();
  writeMessage(writer, schema, object);
  return writer.finish();
}

const hex = (schema: StructuralSchema, value: object) => encodeMessage(schema, value).toString('hex');

describe('a message', () => {
  it.each(kinds.map(({ group, version, kind, schema }) => [`${group}/${version} ${kind}`, structuralOf(schema)] as const))(
    'of %s is read as what was written',
    (_kind, schema) => {
      const object = sample(schema, []) as object;
      expect(decodeMessage(encodeMessage(schema, object), schema)).toEqual(object);
    },
  );

  it.each(kinds.map(({ group, version, kind, schema }) => [`${group}/${version} ${kind}`, structuralOf(schema)] as const))(
    'of a long %s is written with pauses as at once',
    (_kind, schema) => {
      const object = sample(schema, []) as object;
      const long = finished(parseSteps(JSON.stringify(object), { maxDepth: 100, pieceLength: 1 }));
      const writer = new Writer();
      finished(writeMessageSteps(writer, schema, long));
      expect(writer.finish()).toEqual(encodeMessage(schema, object));
    },
  );

  const schemaOf = (kind: string) => structuralOf(kinds.find((each) => each.kind === kind)?.schema ?? Status);
  it.each([
    // Texts and numbers are written though they are zero; lists and maps are not; the time of creation is an empty message.
    ['ConfigMap', { metadata: { name: 'a', namespace: 'n' } }, '0a12 0a0161 1200 1a016e 2200 2a00 3200 3800 4200'],
    // Entries of maps are sorted by their keys.
    ['ConfigMap', { metadata: {}, data: { b: '2', a: '1' } }, '0a10 0a00 1200 1a00 2200 2a00 3200 3800 4200 1206 0a0161 120131 1206 0a0162 120132'],
    // Pointers are written if they are there: immutable false.
    ['Secret', { metadata: {}, immutable: false }, '0a10 0a00 1200 1a00 2200 2a00 3200 3800 4200 1a00 2800'],
  ])('of a %s has the bytes that upstream writes', (kind, object, bytes) => {
    expect(hex(schemaOf(kind), object)).toBe(bytes.replaceAll(' ', ''));
  });

  it('of the health of a device has the field numbers of v1.36', () => {
    expect(hex(structuralOf(ResourceHealth), { resourceID: 'd', health: 'ok', message: 'm' })).toBe('0a0164' + '12026f6b' + '32016d');
  });

  it('of a value of several types holds the type that it has', () => {
    const crd = schemaOf('CustomResourceDefinition');
    const schemas = (...properties: object[]) => ({
      spec: {
        group: 'g',
        names: { kind: 'K', plural: 'ks' },
        scope: 'Cluster',
        versions: properties.map((openAPIV3Schema) => ({ name: 'v', schema: { openAPIV3Schema } })),
      },
    });
    const given = schemas(
      { additionalProperties: true },
      { additionalProperties: false },
      { additionalProperties: { type: 'string' } },
      { items: { type: 'integer' }, default: null, enum: [1, 'a', null] },
      { dependencies: { a: ['b'], c: { type: 'object' } } },
    );
    const read = decodeMessage(encodeMessage(crd, given), crd) as unknown as typeof given;
    const found = read.spec.versions.map(({ schema }) => schema.openAPIV3Schema);
    expect(found).toMatchObject([
      { additionalProperties: true },
      { additionalProperties: false },
      { additionalProperties: { type: 'string' } },
      { items: { type: 'integer' }, enum: [1, 'a', null] },
      { dependencies: { a: ['b'], c: { type: 'object' } } },
    ]);
  });

  it('keeps 64 bits of an integer', () => {
    const pod = schemaOf('Pod');
    const written = encodeMessage(pod, { spec: { activeDeadlineSeconds: 9_007_199_254_740_993n } });
    expect(written.toString('hex')).toContain('2881808080808080' + '10');
  });
});
