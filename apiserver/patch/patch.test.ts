import { describe, expect, it } from '@jest/globals';
import { codecOf } from '../../api/definition/codec.ts';
import { deployments } from '../../api/kinds/apps/deployment.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { parseSteps } from '../../base/json/parse-steps.ts';
import { finished } from '../../base/steps.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch, mergePatchSteps } from './merge-patch.ts';
import { applyStrategicMergePatch, strategicMergePatchSteps } from './strategic-merge-patch.ts';

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
};

/** Returns a copy of a value all of whose objects and lists count as long. */
const long = (value: unknown): unknown => finished(parseSteps(JSON.stringify(value), { maxDepth: 100, pieceLength: 1 }));

/** Returns the two values with the first, the second and both of them as long ones. */
const inLongForms = (a: unknown, b: unknown): (readonly [unknown, unknown])[] => [
  [long(a), b],
  [a, long(b)],
  [long(a), long(b)],
];

describe('a JSON patch', () => {
  const document = freeze({ a: { b: [1, 2, 3], 'x/y': 'z', 'm~n': 1 }, s: 't' });
  const cases: [string, object[], unknown][] = [
    ['adds a field', [{ op: 'add', path: '/a/c', value: 1 }], { ...document, a: { ...document.a, c: 1 } }],
    ['inserts into a list', [{ op: 'add', path: '/a/b/1', value: 9 }], { ...document, a: { ...document.a, b: [1, 9, 2, 3] } }],
    ['appends to a list', [{ op: 'add', path: '/a/b/-', value: 9 }], { ...document, a: { ...document.a, b: [1, 2, 3, 9] } }],
    ['removes an item', [{ op: 'remove', path: '/a/b/0' }], { ...document, a: { ...document.a, b: [2, 3] } }],
    ['replaces the whole', [{ op: 'replace', path: '', value: { n: 1 } }], { n: 1 }],
    ['moves', [{ op: 'move', from: '/s', path: '/r' }], { a: document.a, r: 't' }],
    ['copies', [{ op: 'copy', from: '/s', path: '/r' }], { ...document, r: 't' }],
    [
      'reads ~1 and ~0 as a slash and a tilde',
      [
        { op: 'replace', path: '/a/x~1y', value: 1 },
        { op: 'test', path: '/a/m~0n', value: 1 },
      ],
      { ...document, a: { ...document.a, 'x/y': 1 } },
    ],
    ['adds what it replaces where there is nothing', [{ op: 'replace', path: '/new', value: 1 }], { ...document, new: 1 }],
    ['finds objects equal whatever the order of their fields', [{ op: 'test', path: '/a', value: { 'm~n': 1, 'x/y': 'z', b: [1, 2, 3] } }], document],
  ];
  it.each(cases)('%s', (_what, patch, expected) => {
    expect(applyJsonPatch(document, patch)).toEqual(expected);
  });

  const refusals: [string, unknown, number][] = [
    ['that is no list', { op: 'add' }, 400],
    ['whose operation is no object', [1], 400],
    ['whose path is no text', [{ op: 'add', path: 1, value: 1 }], 400],
    ['with an unknown operation', [{ op: 'fly', path: '/a' }], 422],
    ['without a value', [{ op: 'add', path: '/a' }], 422],
    ['beyond the end of a list', [{ op: 'add', path: '/a/b/9', value: 1 }], 422],
    ['with an index that is no number', [{ op: 'add', path: '/a/b/x', value: 1 }], 422],
    ['through something that has no fields', [{ op: 'add', path: '/s/t', value: 1 }], 422],
    ['that removes what is not there', [{ op: 'remove', path: '/none' }], 422],
    ['that moves what is not there', [{ op: 'move', from: '/none', path: '/r' }], 422],
    ['that tests for another value', [{ op: 'test', path: '/s', value: 'u' }], 422],
    ['whose copies grow into each other', Array.from({ length: 28 }, (_, i) => ({ op: 'copy', from: '/a', path: `/a/n${i}` })), 422],
    [
      'that shifts a long list too often',
      [{ op: 'add', path: '/l', value: new Array(100_000).fill(0) }, ...Array.from({ length: 9_000 }, () => ({ op: 'add', path: '/l/0', value: 0 }))],
      413,
    ],
    ['of far too many operations', Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/s', value: 't' })), 413],
  ];
  it.each(refusals)('%s is refused', (_what, patch, code) => {
    expect(() => applyJsonPatch(document, patch)).toThrow(expect.objectContaining({ name: 'StatusError', code }));
  });

  it('costs no more than its own length, however large the document is', () => {
    const large = { map: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i])), other: {} };
    const tests = Array.from({ length: 3_000 }, (_, i) => [
      { op: 'move', from: i % 2 ? '/other/m' : '/map', path: i % 2 ? '/map' : '/other/m' },
      { op: 'add', path: i % 2 ? '/map/k' : '/other/m/k', value: i },
      { op: 'test', path: '', value: { map: null, other: null } },
    ]);
    expect(() => applyJsonPatch(large, tests.flat())).toThrow('the server rejected our request');
    const patched = applyJsonPatch(
      large,
      tests.flat().filter(({ op }) => op !== 'test'),
    );
    expect(Object.keys((patched as typeof large).map)).toHaveLength(100_001);
  });

  it('does not touch what all objects inherit from', () => {
    const patched = applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
    expect(Object.hasOwn(patched as object, '__proto__')).toBe(true);
    expect('polluted' in {}).toBe(false);
  });
});

describe('a merge patch', () => {
  // https://www.rfc-editor.org/rfc/rfc7396#appendix-A
  const cases: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  it.each(cases)('makes of %j with %j: %j', (target, patch, expected) => {
    expect(applyMergePatch(freeze(target), patch)).toEqual(expected);
    for (const [one, other] of inLongForms(target, patch)) expect(finished(mergePatchSteps(one, other))).toEqual(expected);
  });
});

describe('a strategic merge patch', () => {
  const pod = codecOf(pods).structural;
  const deployment = codecOf(deployments).structural;
  const container = (name: string, more: object = {}) => ({ name, image: name, ...more });
  const podWith = (...containers: object[]) => freeze({ spec: { containers } });

  const cases: [string, object, object, object][] = [
    [
      'merges containers by name',
      podWith(container('a'), container('b')),
      { spec: { containers: [{ name: 'b', image: 'new' }] } },
      podWith(container('a'), { name: 'b', image: 'new' }),
    ],
    ['adds a container', podWith(container('a')), { spec: { containers: [container('z')] } }, podWith(container('z'), container('a'))],
    [
      'deletes a container',
      podWith(container('a'), container('b')),
      { spec: { containers: [{ name: 'a', $patch: 'delete' }] } },
      podWith(container('b')),
    ],
    [
      'replaces all containers',
      podWith(container('a'), container('b')),
      { spec: { containers: [{ $patch: 'replace' }, container('z')] } },
      podWith(container('z')),
    ],
    [
      'replaces a list without a merge key',
      podWith(container('a', { command: ['x', 'y'] })),
      { spec: { containers: [{ name: 'a', command: ['z'] }] } },
      podWith(container('a', { command: ['z'] })),
    ],
    [
      'merges ports by number',
      podWith(container('a', { ports: [{ containerPort: 80, name: 'w' }] })),
      { spec: { containers: [{ name: 'a', ports: [{ containerPort: 80, protocol: 'UDP' }] }] } },
      podWith(container('a', { ports: [{ containerPort: 80, name: 'w', protocol: 'UDP' }] })),
    ],
    [
      'puts merged items into the order it names',
      podWith(container('a'), container('b'), container('c')),
      { spec: { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }], containers: [{ name: 'c', image: 'n' }] } },
      podWith(container('b'), { name: 'c', image: 'n' }, container('a')),
    ],
    [
      'merges a list of texts',
      freeze({ metadata: { finalizers: ['a', 'b'] } }),
      { metadata: { finalizers: ['c'] } },
      { metadata: { finalizers: ['c', 'a', 'b'] } },
    ],
    [
      'deletes from a list of texts',
      freeze({ metadata: { finalizers: ['a', 'b'] } }),
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
      { metadata: { finalizers: ['b'] } },
    ],
    [
      'removes a field by null',
      freeze({ metadata: { labels: { a: '1', b: '2' } } }),
      { metadata: { labels: { a: null } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'replaces a map',
      freeze({ metadata: { labels: { a: '1' } } }),
      { metadata: { labels: { $patch: 'replace', b: '2' } } },
      { metadata: { labels: { b: '2' } } },
    ],
    ['empties a map', freeze({ metadata: { labels: { a: '1' } } }), { metadata: { labels: { $patch: 'delete' } } }, { metadata: { labels: {} } }],
  ];
  it.each(cases)('%s', (_what, original, patch, expected) => {
    expect(applyStrategicMergePatch(original, patch, pod)).toEqual(expected);
    for (const [one, other] of inLongForms(original, patch)) {
      expect(finished(strategicMergePatchSteps(one as object, other, pod))).toEqual(expected);
    }
  });

  // Compared each with each, these took seven and more seconds.
  it('merges long lists in linear time', () => {
    const numbers = Array.from({ length: 60_000 }, (_, i) => i);
    const finalizers = numbers.map((i) => `a/f${i}`);
    const merged = applyStrategicMergePatch(
      { metadata: { finalizers }, spec: { containers: numbers.map((i) => container(`c${i}`)) } },
      {
        metadata: { finalizers: finalizers.toReversed().concat('a/new'), '$deleteFromPrimitiveList/finalizers': finalizers.slice(1) },
        spec: {
          $retainKeys: ['containers'],
          containers: numbers.map((i) => (i % 2 ? { name: `c${i}`, $patch: 'delete' } : { name: `c${i}`, image: 'new' })),
        },
      },
      pod,
    );
    expect(merged).toMatchObject({ spec: { containers: { length: 30_000, 29999: { name: 'c59998', image: 'new' } } } });
  });

  it('drops from a union what is no longer retained', () => {
    const original = freeze({ spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } });
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(applyStrategicMergePatch(original, patch, deployment)).toEqual({ spec: { strategy: { type: 'Recreate' } } });
  });

  const refusals: [string, object][] = [
    ['an item without its merge key', { spec: { containers: [{ image: 'x' }] } }],
    ['an unknown directive', { metadata: { labels: { $patch: 'explode' } } }],
    ['an unknown directive in a list', { spec: { containers: [{ name: 'a', $patch: 'explode' }] } }],
    ['fields that $retainKeys does not name', { spec: { $retainKeys: ['containers'], nodeName: 'n' } }],
  ];
  it.each(refusals)('is refused for %s', (_what, patch) => {
    expect(() => applyStrategicMergePatch(podWith(container('a')), patch, pod)).toThrow(expect.objectContaining({ name: 'StatusError', code: 500 }));
  });

  it.each([
    [{ metadata: { labels: { a: 'b', $patch: 'explode' } } }, 'unknown patch type: explode in map: map[$patch:explode a:b]'],
    [{ spec: { containers: [{ name: 'a', $patch: 7 }] } }, 'unknown patch type: 7 in map: map[$patch:7 name:a]'],
  ])('says of %j which directive it does not know, and where', (patch, message) => {
    expect(() => applyStrategicMergePatch(podWith(container('a')), patch, pod)).toThrow(message);
  });
});
