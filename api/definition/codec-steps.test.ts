import { describe, expect, it } from '@jest/globals';
import { parseExactJson } from '../../base/exact-json.ts';
import { parseSteps } from '../../base/json/parse-steps.ts';
import { finished } from '../../base/steps.ts';
import { kinds } from '../kinds/index.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import { codecOf } from './codec.ts';
import { customReader } from './custom-decode.ts';

/** Parsed so that all objects and lists count as long. */
const long = (text: string): unknown => finished(parseSteps(text, { maxDepth: 100, pieceLength: 1 }));

const POD = {
  metadata: { name: 'p', labels: { a: 'b', c: null }, bogus: 1, ownerReferences: [{ kind: 'x' }] },
  nope: { deep: [1] },
  spec: {
    volumes: [{ name: 'v', emptyDir: {} }, null],
    containers: [
      { name: 'c', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '', extra: true }], resources: { limits: { cpu: '1000m' } } },
      {},
    ],
    nodeSelector: {},
  },
  status: { conditions: [] },
};

describe('decoding with pauses', () => {
  it.each<[string, object]>([
    ['Pod', POD],
    ['Pod', { spec: { containers: 'none' } }],
    ['Pod', { spec: { containers: [{ ports: [{ containerPort: 'x' }] }] } }],
    ['Pod', { spec: { containers: [{ resources: { limits: { cpu: 'bad' } } }] } }],
    ['ConfigMap', { data: { a: 'x', b: null, c: '' }, binaryData: { k: 'AAAA' } }],
    ['ConfigMap', { data: { a: { b: 1 } } }],
    ['ConfigMap', { metadata: [] }],
    ['Deployment', { spec: { template: POD, selector: { matchLabels: { a: 'b' } }, strategy: { rollingUpdate: { maxSurge: '25%' } } } }],
  ])('gives what decoding %s at once gives: %j', (name, object) => {
    const kind = kinds.find((each) => each.kind === name && each.version === 'v1');
    if (!kind) throw new Error(`no kind ${name}`);
    const codec = codecOf(kind);
    const text = JSON.stringify(object);
    const [paused, once] = [finished(codec.decodeSteps(long(text), { strict: true })), codec.decode(JSON.parse(text), { strict: true })];
    expect(JSON.stringify(paused)).toBe(JSON.stringify(once));
    if (!paused.ok || !once.ok) return;
    finished(codec.applyDefaultsSteps(paused.object));
    codec.applyDefaults(once.object);
    expect(paused.object).toEqual(once.object);
  });

  it.each<[object]>([
    [{ spec: { known: 1, unknown: { a: [1] }, any: { x: [{ y: 9007199254740993n }] }, list: [{ a: null, b: 1 }, 5] } }],
    [{ metadata: { labels: { a: 'b' }, bogus: true }, spec: { inner: { apiVersion: 'v1', kind: 'X', metadata: { name: 'n', more: 1 } } } }],
    [{ metadata: { name: 1 } }],
    [{ kind: 5 }],
    [{ spec: { inner: { metadata: 'none' } } }],
  ])('gives what decoding a custom resource at once gives: %p', (object) => {
    const { decode, decodeSteps } = customReader({
      type: 'object',
      properties: fields({
        spec: {
          type: 'object',
          properties: fields({
            known: { type: 'integer' },
            any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            list: { type: 'array', items: { type: 'object', properties: fields({ a: { type: 'string' } }) } },
            inner: { type: 'object', 'x-kubernetes-embedded-resource': true },
          }),
        },
      }),
    });
    const text = JSON.stringify({ apiVersion: 'a/v1', kind: 'A', ...object });
    expect(finished(decodeSteps(long(text)))).toEqual(decode(parseExactJson(text)));
  });
});

const fields = (schemas: Readonly<Record<string, StructuralSchema>>) =>
  new Map(Object.entries(schemas).map(([name, schema]) => [name, { name, required: false, schema }]));
