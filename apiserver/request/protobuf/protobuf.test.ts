import { describe, expect, it } from '@jest/globals';
import { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/schema.ts';
import { kinds } from '../../../api/kinds/index.ts';
import { DeleteOptions } from '../../../api/meta/delete-options.ts';
import { list, map, ref, string, struct } from '../../../api/schema/fields.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import { isLong } from '../../../base/json/long-values.ts';
import { finished } from '../../../base/steps.ts';
import { decodeMessage } from './decode.ts';
import { decodeProtobuf, readProtobufSteps } from './envelope.ts';

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

  it('may hold messages that JSON writes into the structure around them', () => {
    const volume: Field[] = [
      [1, 'v'],
      [
        2,
        [
          [
            19,
            [
              [1, [[1, 'settings']]],
              [
                2,
                [
                  [1, 'k'],
                  [2, 'file'],
                ],
              ],
              [3, 420],
            ],
          ],
        ],
      ],
    ];
    const variable: Field[] = [
      [1, 'A'],
      [
        3,
        [
          [
            3,
            [
              [1, [[1, 'settings']]],
              [2, 'k'],
            ],
          ],
        ],
      ],
    ];
    const ephemeral: Field[] = [
      [
        1,
        [
          [1, 'debug'],
          [7, variable],
          [22, [[1, [[1, [[1, 'true']]]]]]],
        ],
      ],
      [2, 'c'],
    ];
    expect(
      decodeProtobuf(
        body('v1', 'Pod', [
          [
            2,
            [
              [1, volume],
              [34, ephemeral],
            ],
          ],
        ]),
      ),
    ).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      spec: {
        volumes: [{ name: 'v', configMap: { name: 'settings', items: [{ key: 'k', path: 'file' }], defaultMode: 420 } }],
        ephemeralContainers: [
          {
            name: 'debug',
            env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'k' } } }],
            startupProbe: { exec: { command: ['true'] } },
            targetContainerName: 'c',
          },
        ],
      },
    });
  });

  it.each<[string, string, readonly Field[], unknown]>([
    ['autoscaling/v1', 'Scale', [[2, [[1, 3]]]], { spec: { replicas: 3 } }],
    ['policy/v1', 'Eviction', [[2, [[1, 5]]]], { deleteOptions: { gracePeriodSeconds: 5 } }],
    [
      'authentication.k8s.io/v1',
      'TokenRequest',
      [
        [
          2,
          [
            [1, 'api'],
            [4, 600],
          ],
        ],
      ],
      { spec: { audiences: ['api'], expirationSeconds: 600 } },
    ],
    ['apps/v1', 'DeleteOptions', [[4, 'Orphan']], { propagationPolicy: 'Orphan' }],
  ])('may hold what subresources and deletions take: %s %s', (apiVersion, kind, object, expected) => {
    expect(decodeProtobuf(body(apiVersion, kind, object))).toEqual({ apiVersion, kind, ...(expected as object) });
  });

  const whole = body('v1', 'ConfigMap', [[1, [[1, 'a']]]]);
  it.each([
    ['does not begin as one', Buffer.from('{"kind":"Pod"}'), 400],
    ['is cut off', whole.subarray(0, whole.length - 7), 400],
    ['has a field of another encoding', body('v1', 'ConfigMap', [[1, [[1, 5]]]]), 400],
    ['is of a kind that has no such form', body('example.com/v1', 'Widget', []), 415],
  ])('is refused when it %s', (_what, bytes, code) => {
    expect(() => decodeProtobuf(bytes)).toThrow(expect.objectContaining({ name: 'StatusError', code }));
  });
});

describe('a long Protobuf body', () => {
  const port = (number: number): readonly Field[] => [
    [1, `p${number}`],
    [3, number],
  ];
  const env = Array.from(
    { length: 3_000 },
    (_, i): Field => [
      7,
      [
        [1, `VARIABLE_${i}`],
        [2, 'value'],
      ],
    ],
  );
  const pod = body('v1', 'Pod', [
    [
      1,
      [
        [1, 'p'],
        ...Array.from(
          { length: 2_000 },
          (_, i): Field => [
            11,
            [
              [1, `example.com/label-${i}`],
              [2, 'value'],
            ],
          ],
        ),
        ...Array.from({ length: 600 }, (_, i): Field => [14, `example.com/${i}`]),
      ],
    ],
    [2, [[2, [[1, 'c'], [2, 'i'], [6, port(80)], ...env]], ...Array.from({ length: 700 }, (): Field => [2, []]), [10, 'sa']]],
  ]);

  it('is read with pauses as it is at once, and its long parts are marked', () => {
    const steps = readProtobufSteps(pod, undefined);
    let pauses = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) pauses++;
    expect(pauses).toBeGreaterThan(3);
    const { outcome } = step.value;
    if (!('object' in outcome)) throw new Error('not read');
    expect(outcome.object).toEqual(decodeProtobuf(pod));
    const { metadata, spec } = outcome.object as { metadata: Record<string, unknown>; spec: { containers: { env: unknown; ports: unknown }[] } };
    const parts = [outcome.object, metadata, metadata.labels, metadata.finalizers, spec, spec.containers, spec.containers[0]?.env];
    expect(parts.map(isLong)).toEqual(parts.map(() => true));
    expect(isLong(spec.containers[0]?.ports)).toBe(false);
  });

  it('is refused as a short one is', () => {
    const cut = pod.subarray(0, pod.length - 5);
    const { outcome } = finished(readProtobufSteps(cut, undefined));
    expect(outcome).toHaveProperty('fault');
    expect(() => decodeProtobuf(cut)).toThrow();
  });

  it("is refused in the store's words as soon as it has more structures than the store takes", () => {
    const containers = message([[2, Buffer.alloc(2 * 600_000, Buffer.from([2 * 8 + 2, 0])).toString('latin1')]]);
    const tooMany = Buffer.concat([body('v1', 'Pod', []).subarray(0, -2), Buffer.from([2 * 8 + 2, ...varint(containers.length)]), containers]);
    const { outcome } = finished(readProtobufSteps(tooMany, undefined));
    expect(outcome).toMatchObject({ refusal: { message: 'etcdserver: request is too large' } });
  });

  it('is refused as soon as a map has more keys than the store takes', () => {
    const label = [11 * 8 + 2, 3, 1 * 8 + 2, 1, 'a'.charCodeAt(0)];
    const outcomeOf = (count: number) => {
      const metadata = Buffer.alloc(label.length * count, Buffer.from(label)).toString('latin1');
      return finished(readProtobufSteps(body('v1', 'Pod', [[1, metadata]]), undefined)).outcome;
    };
    expect(outcomeOf(174_763)).toMatchObject({ refusal: { message: 'etcdserver: request is too large' } });
    expect(outcomeOf(1_000)).toHaveProperty('object.metadata.labels.a', '');
  });
});

describe('the Protobuf form', () => {
  const structures = new Set<StructuralSchema>();
  const visit = (schema: StructuralSchema): void => {
    if (structures.has(schema)) return;
    structures.add(schema);
    for (const { schema: below } of schema.properties?.values() ?? []) visit(below);
    if (schema.items) visit(schema.items);
    if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties);
  };
  const taken = kinds.flatMap(({ subresources }) => subresources.flatMap(({ schema }) => schema ?? []));
  // StatefulSets hold whole claims, whose kind stands in no Protobuf field there either.
  const roots = new Set([...kinds.map(({ schema }) => schema), ...taken, DeleteOptions, PersistentVolumeClaim].map(structuralOf));
  for (const root of roots) visit(root);

  it('is known of every field of every kind', () => {
    const missing: string[] = [];
    for (const structure of structures) {
      for (const { name, tag } of structure.properties?.values() ?? []) {
        const inEnvelope = roots.has(structure) && (name === 'apiVersion' || name === 'kind');
        if ((tag === undefined) !== inEnvelope) missing.push(`${structure.title}.${name}`);
      }
    }
    expect(missing).toEqual([]);
    expect(structures.size).toBeGreaterThan(200);
  });

  it('has a number of its own for each field of a structure', () => {
    const doubled: string[] = [];
    for (const { title, properties } of structures) {
      const tags = [...(properties?.values() ?? [])].map(({ tag }) => tag).filter((tag) => tag !== undefined);
      const embedded = new Set(tags.filter((tag) => typeof tag !== 'number').map(([message]) => message));
      const numbers = [...embedded, ...tags].map((tag) => String(tag));
      for (const [i, number] of numbers.entries()) if (numbers.indexOf(number) !== i) doubled.push(`${title} ${number}`);
    }
    expect(doubled).toEqual([]);
  });

  it('differs between structures of one name', () => {
    const rbac = structuralOf(struct('Subject', '', { kind: string().tag(1), name: string().tag(3) }));
    const flowcontrol = structuralOf(
      struct('Subject', '', { kind: string().tag(1), user: struct('UserSubject', '', { name: string().tag(1) }).tag(2) }),
    );
    const text: Field[] = [
      [1, 'User'],
      [2, [[1, 'ada']]],
      [3, 'bob'],
    ];
    expect(decodeMessage(message(text), rbac)).toEqual({ kind: 'User', name: 'bob' });
    expect(decodeMessage(message(text), flowcontrol)).toEqual({ kind: 'User', user: { name: 'ada' } });
  });

  it('goes with a field that is optional, refers to a structure, or is used twice', () => {
    const Inner = struct('Inner', 'Shared.', { text: string().tag(1) });
    const shared = string('Used twice.');
    const schema = structuralOf(
      struct('Outer', '', {
        a: shared.tag(1),
        b: shared.optional().tag(2),
        c: Inner.tag(3).optional(),
        d: ref(Inner, 'Of its own description.').tag(4),
        e: list(Inner).tag(5),
        f: map(string()).tag(6).optional(),
        g: string().tag(7, 1),
        h: Inner.tag(7, 2),
        untagged: shared,
      }),
    );
    expect([...(schema.properties?.values() ?? [])].map(({ name, tag, required }) => [name, tag, required])).toEqual([
      ['a', 1, true],
      ['b', 2, false],
      ['c', 3, false],
      ['d', 4, true],
      ['e', 5, true],
      ['f', 6, false],
      ['g', [7, 1], true],
      ['h', [7, 2], true],
      ['untagged', undefined, true],
    ]);
    expect(schema.properties?.get('c')?.schema).toBe(structuralOf(Inner));
    expect(
      decodeMessage(
        message([
          [
            7,
            [
              [1, 'g'],
              [2, [[1, 'h']]],
            ],
          ],
        ]),
        schema,
      ),
    ).toEqual({ g: 'g', h: { text: 'h' } });
  });
});
