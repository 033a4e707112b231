import { describe, expect, it } from '@jest/globals';
import { codecOf } from '../../../api/definition/codec.ts';
import { kinds } from '../../../api/kinds/index.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { decodeProtobuf } from './envelope.ts';
import { FIELD_NUMBERS } from './field-numbers.ts';

/** Writes messages as a typed Go client does: `[number, value]` pairs; texts and nested lists are length-delimited. */
type Field = readonly [number, string | number | boolean | readonly Field[]];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

function message(fields: readonly Field[]): Buffer {
  const parts = fields.map(([number, value]) => {
    if (typeof value === 'number' || typeof value === 'boolean') return Buffer.from([...varint(number * 8), ...varint(Number(value))]);
    const bytes = typeof value === 'string' ? Buffer.from(value) : message(value);
    return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
  });
  return Buffer.concat(parts);
}

const body = (apiVersion: string, kind: string, object: readonly Field[]) =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    message([
      [
        1,
        [
          [1, apiVersion],
          [2, kind],
        ],
      ],
      [2, object],
      [3, ''],
      [4, ''],
    ]),
  ]);

describe('a Protobuf body', () => {
  it('becomes what the object is in JSON: maps, lists, numbers, embedded structures', () => {
    const container: Field[] = [
      [1, 'c'],
      [2, 'nginx'],
      [
        6,
        [
          [1, 'http'],
          [3, 80],
          [4, 'TCP'],
        ],
      ],
      [
        8,
        [
          [
            1,
            [
              [1, 'cpu'],
              [2, [[1, '500m']]],
            ],
          ],
        ],
      ],
      // A probe's handler is a message of its own, which JSON writes into the probe.
      [
        10,
        [
          [
            1,
            [
              [
                2,
                [
                  [1, '/'],
                  [
                    2,
                    [
                      [1, 1],
                      [3, 'http'],
                    ],
                  ],
                ],
              ],
            ],
          ],
          [4, 5],
        ],
      ],
    ];
    const pod: Field[] = [
      [
        1,
        [
          [1, 'p'],
          [3, 'default'],
          [8, [[1, 1_767_225_600]]],
          [
            11,
            [
              [1, 'app'],
              [2, 'web'],
            ],
          ],
        ],
      ],
      [
        2,
        [
          [2, container],
          [11, true],
          [31, 'Never'],
        ],
      ],
    ];
    expect(decodeProtobuf(body('v1', 'Pod', pod))).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z', labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'nginx',
            ports: [{ name: 'http', containerPort: 80, protocol: 'TCP' }],
            resources: { limits: { cpu: '500m' } },
            livenessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
          },
        ],
        hostNetwork: true,
        preemptionPolicy: 'Never',
      },
    });
  });

  it('may hold bytes, and fields of a later version, which are dropped', () => {
    const secret: Field[] = [
      [1, [[1, 's']]],
      [
        2,
        [
          [1, 'k'],
          [2, 'v'],
        ],
      ],
      [99, 'later'],
    ];
    expect(decodeProtobuf(body('v1', 'Secret', secret))).toMatchObject({ metadata: { name: 's' }, data: { k: 'dg==' } });
  });

  const whole = body('v1', 'ConfigMap', [[1, [[1, 'a']]]]);
  it.each([
    ['does not begin as one', Buffer.from('{"kind":"Pod"}'), 400],
    ['is cut off', whole.subarray(0, whole.length - 7), 400],
    ['is of a kind that has no such form', body('example.com/v1', 'Widget', []), 415],
  ])('is refused when it %s', (_what, bytes, code) => {
    expect(() => decodeProtobuf(bytes)).toThrow(expect.objectContaining({ name: 'StatusError', code }));
  });
});

describe('the Protobuf form', () => {
  it('is known of every field of every kind that typed clients send', () => {
    const missing = new Set<string>();
    const seen = new Set<StructuralSchema>();
    const visit = (schema: StructuralSchema): void => {
      if (seen.has(schema)) return;
      seen.add(schema);
      const known = new Set(FIELD_NUMBERS[schema.title ?? '']?.match(/[A-Za-z$][\w$-]*/g));
      for (const { name, schema: below } of schema.properties?.values() ?? []) {
        if (!known.has(name) && name !== 'kind' && name !== 'apiVersion') missing.add(`${schema.title}.${name}`);
        visit(below);
      }
      if (schema.items) visit(schema.items);
      if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties);
    };
    for (const kind of kinds) if (kind.group !== 'apiextensions.k8s.io') visit(codecOf(kind).structural);
    expect([...missing]).toEqual([]);
  });
});
