import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadRules } from '../../api/cel/rules/loader.ts';
import type { Device } from '../../api/kinds/resource/device.ts';
import type { DeviceClaim, DeviceRequest } from '../../api/kinds/resource/device-claim.ts';
import { createAllocationLedger } from './allocated-devices.ts';
import type { World } from './devices.fixture.ts';
import { allocate, allocatedTo, claim, DRIVER, deviceClass, exactly, node, selector, slice } from './devices.fixture.ts';
import type { Slice } from './pool.ts';

beforeAll(async () => void (await loadRules()));

const withAttributes = (name: string, attributes: NonNullable<Device['attributes']>): Device => ({ name, attributes });
const taken = (...devices: readonly string[]) => {
  const ledger = createAllocationLedger();
  ledger.record('other', { devices: { results: devices.map((device) => ({ request: 'r', driver: DRIVER, pool: 'p', device })) } });
  return ledger;
};
const pool = (...devices: readonly (string | Device)[]): World => ({ slices: [slice('p', devices)] });
const alternatives = (name: string, ...counts: readonly number[]): DeviceRequest => ({
  name,
  firstAvailable: counts.map((count, index) => ({ name: `s${index}`, deviceClassName: 'gpu', allocationMode: 'ExactCount', count })),
});
const names = (count: number, prefix = 'd'): string[] => Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(2, '0')}`);

describe('devices', () => {
  it.each<[string, World, DeviceRequest[], Omit<DeviceClaim, 'requests'>, unknown]>([
    ['the first that is free', { ...pool('d1', 'd2'), ledger: taken('d1') }, [exactly('r')], {}, [['r=d2']]],
    ['none if all are taken', { ...pool('d1'), ledger: taken('d1') }, [exactly('r')], {}, 'none'],
    ['as many as are asked for', pool('d1', 'd2', 'd3'), [exactly('r', { count: 2 })], {}, [['r=d1', 'r=d2']]],
    ['each to one request', pool('d1', 'd2'), [exactly('a'), exactly('b')], {}, [['a=d1', 'b=d2']]],
    [
      'pools and slices in the order of their names',
      {
        slices: [
          slice('z', ['z1'], { pool: 'q', count: 2 }),
          slice('y', ['y1'], { pool: 'q', count: 2 }),
          slice('x', ['x1'], { driver: 'a.example.com', pool: 'zz' }),
        ],
      },
      [exactly('r', { count: 3 })],
      {},
      [['r=x1', 'r=y1', 'r=z1']],
    ],
    [
      'after all others those with binding conditions',
      { slices: [slice('a', [{ name: 'late', bindingConditions: ['Ready'], bindingFailureConditions: ['Failed'] }]), slice('b', ['soon'])] },
      [exactly('r', { count: 2 })],
      {},
      [['r=soon', 'r=late']],
    ],
    [
      'that the selectors of class and request accept',
      {
        slices: [
          slice('p', [
            withAttributes('d1', { model: { string: 'x' } }),
            withAttributes('d2', { model: { string: 'y' }, size: { int: 1 } }),
            withAttributes('d3', { model: { string: 'y' }, size: { int: 4 } }),
          ]),
        ],
        classes: [deviceClass('gpu', { selectors: [selector(`device.attributes["${DRIVER}"].model == "y"`)] })],
      },
      [exactly('r', { selectors: [selector(`device.attributes["${DRIVER}"].size > 2`)] })],
      {},
      [['r=d3']],
    ],
    [
      'by capacity, driver, version and domains that are not there',
      { slices: [slice('p', [{ name: 'd1', capacity: { memory: { value: '40Gi' } }, attributes: { v: { version: '1.2.3' } } }])] },
      [
        exactly('r', {
          selectors: [
            selector(`device.driver == "${DRIVER}" && device.capacity["${DRIVER}"].memory.compareTo(quantity("40Gi")) == 0`),
            selector(`device.attributes["${DRIVER}"].v.isGreaterThan(semver("1.0.0"))`),
            selector('!has(device.attributes["other"].x) && !("other" in device.attributes) && !device.allowMultipleAllocations'),
          ],
        }),
      ],
      {},
      [['r=d1']],
    ],
    [
      'with another device for the first request if the second needs it',
      { slices: [slice('p', [withAttributes('d1', { big: { bool: true } }), withAttributes('d2', { big: { bool: false } })])] },
      [exactly('any'), exactly('big', { selectors: [selector(`device.attributes["${DRIVER}"].big`)] })],
      {},
      [['any=d2', 'big=d1']],
    ],
    [
      'that agree in an attribute',
      {
        slices: [
          slice('p', [
            withAttributes('d1', { numa: { int: 0 } }),
            withAttributes('d2', { numa: { int: 1 } }),
            withAttributes('d3', { [`${DRIVER}/numa`]: { int: 1 } }),
            'd4',
          ]),
        ],
      },
      [exactly('r', { count: 2 })],
      { constraints: [{ matchAttribute: `${DRIVER}/numa` }] },
      [['r=d2', 'r=d3']],
    ],
    [
      'that differ in an attribute',
      {
        slices: [
          slice(
            'p',
            ['0', '0', '1', '1', '2'].map((card, index) => withAttributes(`d${index}`, { card: { string: card } })),
          ),
        ],
      },
      [exactly('r', { count: 3 })],
      { constraints: [{ distinctAttribute: `${DRIVER}/card` }] },
      [['r=d0', 'r=d2', 'r=d4']],
    ],
    [
      'under constraints for the requests alone that they name',
      {
        slices: [
          slice('p', [withAttributes('d1', { n: { int: 0 } }), withAttributes('d2', { n: { int: 1 } }), withAttributes('d3', { n: { int: 0 } })]),
        ],
      },
      [exactly('a'), exactly('b'), exactly('c')],
      { constraints: [{ matchAttribute: `${DRIVER}/n`, requests: ['a', 'c'] }] },
      [['a=d1', 'b=d2', 'c=d3']],
    ],
    ['all of them', pool('d1', 'd2'), [exactly('r', { allocationMode: 'All' })], {}, [['r=d1', 'r=d2']]],
    ['not all of them if one is taken', { ...pool('d1', 'd2'), ledger: taken('d2') }, [exactly('r', { allocationMode: 'All' })], {}, 'none'],
    ['not all of none', pool(), [exactly('r', { allocationMode: 'All' })], {}, 'none'],
    [
      'also those that are taken, to an administrator',
      { ...pool('d1', 'd2'), ledger: taken('d1') },
      [exactly('r', { allocationMode: 'All', adminAccess: true })],
      {},
      [['r=d1', 'r=d2']],
    ],
    ['the first alternative that there is', pool('d1', 'd2'), [alternatives('r', 3, 2, 1)], {}, [['r/s1=d1', 'r/s1=d2']]],
    [
      'the next alternative if a later request needs the devices',
      pool('d1', 'd2'),
      [alternatives('r', 2, 1), exactly('e')],
      {},
      [['r/s1=d1', 'e=d2']],
    ],
    [
      'up to 32 to a claim',
      pool(...names(40)),
      [alternatives('r', 30, 2), exactly('e', { count: 30 })],
      {},
      [
        [
          ...names(2).map((d) => `r/s1=${d}`),
          ...names(32)
            .slice(2)
            .map((d) => `e=${d}`),
        ],
      ],
    ],
    ['none that are tainted', pool({ name: 'd1', taints: [{ key: 'k', effect: 'NoSchedule' }] }), [exactly('r')], {}, 'none'],
    [
      'tainted ones if the request tolerates it',
      pool({ name: 'd1', taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] }),
      [exactly('r', { tolerations: [{ key: 'k', operator: 'Equal', value: 'v' }] })],
      {},
      [['r=d1']],
    ],
    ['with a taint that only informs', pool({ name: 'd1', taints: [{ key: 'k', effect: 'None' }] }), [exactly('r')], {}, [['r=d1']]],
  ])('are allocated: %s', (_, world, requests, words, expected) => {
    expect(allocatedTo(allocate(world, [claim('c', requests, words)]))).toEqual(expected);
  });

  it('are allocated to several claims at once, and none twice', () => {
    expect(allocatedTo(allocate(pool('d1', 'd2'), [claim('x', [exactly('r')]), claim('y', [exactly('r')])]))).toEqual([['r=d1'], ['r=d2']]);
    expect(allocatedTo(allocate(pool('d1'), [claim('x', [exactly('r')]), claim('y', [exactly('r')])]))).toBe('none');
  });

  it.each<[string, Slice[], DeviceRequest[], string]>([
    [
      'more than 32',
      [slice('p', names(40))],
      [exactly('r', { count: 33 })],
      'claim default/c: number of requested devices 33 exceeds the claim limit of 32',
    ],
    [
      'all while a pool is incomplete',
      [slice('p', ['d1'], { count: 2 })],
      [exactly('r', { allocationMode: 'All' })],
      'claim default/c, request r: asks for all devices, but resource pool gpu.example.com/p is currently being updated',
    ],
    [
      'all of an invalid pool',
      [slice('p', ['d1', 'd1'])],
      [exactly('r', { allocationMode: 'All' })],
      'claim default/c, request r: asks for all devices, but resource pool gpu.example.com/p is currently invalid',
    ],
    [
      'what fails to evaluate',
      [slice('p', ['d1'])],
      [exactly('r', { selectors: [selector('true'), selector(`device.attributes["${DRIVER}"].x`)] })],
      'claim default/c: selector #1: CEL runtime error: no such key: x',
    ],
    [
      'a class that is gone',
      [],
      [exactly('r', { deviceClassName: 'lost' })],
      'claim default/c, request r: could not retrieve device class lost: deviceclass.resource.k8s.io "lost" not found',
    ],
  ])('are refused everywhere in upstream’s words: %s', (_, slices, requests, message) => {
    expect(() => allocate({ slices }, [claim('c', requests)])).toThrow(message);
  });

  it('of all do not break a constraint silently', () => {
    const world = { slices: [slice('p', [withAttributes('d1', { n: { int: 0 } }), withAttributes('d2', { n: { int: 1 } })])] };
    const asked = claim('c', [exactly('r', { allocationMode: 'All' })], { constraints: [{ matchAttribute: `${DRIVER}/n` }] });
    expect(() => allocate(world, [asked])).toThrow(
      'claim default/c, request r: cannot add device gpu.example.com/p/d2 because a claim constraint would not be satisfied',
    );
  });
});

describe('pools', () => {
  const one = [claim('c', [exactly('r')])];
  it.each<[string, Slice[], unknown]>([
    ['of other nodes are left alone', [slice('p', ['d1'], { nodeName: 'b' })], 'none'],
    ['for all nodes count', [slice('p', ['d1'], { allNodes: true })], [['r=d1']]],
    [
      'for nodes with a label count there',
      [slice('p', ['d1'], { nodeSelector: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'rack', operator: 'In', values: ['1'] }] }] } })],
      [['r=d1']],
    ],
    [
      'name the node of each device',
      [
        slice(
          'p',
          [
            { name: 'd1', nodeName: 'b' },
            { name: 'd2', nodeName: 'a' },
          ],
          { perDeviceNodeSelection: true },
        ),
      ],
      [['r=d2']],
    ],
    ['that are incomplete wait', [slice('p', ['d1'], { count: 2 })], 'none'],
    ['that are invalid say so', [slice('p', ['d1', 'd1'])], 'invalid pools'],
    ['of an older generation are out of date', [slice('p', ['d1']), slice('q', ['d2'], { pool: 'p', generation: 2 })], [['r=d2']]],
    [
      'are out of date if the newer generation is elsewhere',
      [slice('p', ['d1'], { count: 2 }), slice('q', ['d2'], { pool: 'p', generation: 2, nodeName: 'b' })],
      'none',
    ],
    [
      'are complete with slices of other nodes',
      [slice('p', ['d1'], { count: 2 }), slice('q', ['d2'], { pool: 'p', count: 2, nodeName: 'b' })],
      [['r=d1']],
    ],
  ])('%s', (_, slices, expected) => {
    expect(allocatedTo(allocate({ slices }, one, node('a', { rack: '1' })))).toEqual(expected);
  });
});

describe('partitions of a device', () => {
  const counters = (memory: string) => [{ counterSet: 'card', counters: { memory: { value: memory } } }];
  const parts = (...sizes: readonly string[]): Slice[] => [
    slice('counters', [], { pool: 'p', count: 2, sharedCounters: [{ name: 'card', counters: { memory: { value: '40Gi' } } }] }),
    slice(
      'parts',
      sizes.map((size, index) => ({ name: `d${index}`, consumesCounters: counters(size) })),
      { pool: 'p', count: 2 },
    ),
  ];
  it('are allocated as long as the counters last', () => {
    expect(allocatedTo(allocate({ slices: parts('40Gi', '20Gi', '20Gi') }, [claim('c', [exactly('r', { count: 2 })])]))).toEqual([['r=d1', 'r=d2']]);
    expect(allocatedTo(allocate({ slices: parts('40Gi', '20Gi', '20Gi'), ledger: taken('d1') }, [claim('c', [exactly('r')])]))).toEqual([['r=d2']]);
    expect(allocatedTo(allocate({ slices: parts('40Gi', '20Gi', '20Gi'), ledger: taken('d0') }, [claim('c', [exactly('r')])]))).toBe('none');
  });
  it('make their pool invalid if they take from counters that are not there', () => {
    const [first, second] = parts('1Gi');
    const lost = first && { ...first, spec: { ...first.spec, sharedCounters: [{ name: 'other', counters: {} }] } };
    expect(allocatedTo(allocate({ slices: [lost, second].flatMap((each) => each ?? []) }, [claim('c', [exactly('r')])]))).toBe('invalid pools');
  });
  it('count for counters where their slice is for another node', () => {
    const [first, second] = parts('30Gi');
    const elsewhere = slice('other', [{ name: 'd9', consumesCounters: counters('20Gi') }], { pool: 'p', count: 3, nodeName: 'b' });
    const three = [first, second].flatMap((each) =>
      each ? [{ ...each, spec: { ...each.spec, pool: { ...each.spec.pool, resourceSliceCount: 3 } } }] : [],
    );
    expect(allocatedTo(allocate({ slices: [...three, elsewhere] }, [claim('c', [exactly('r')])]))).toEqual([['r=d0']]);
    expect(allocatedTo(allocate({ slices: [...three, elsewhere], ledger: taken('d9') }, [claim('c', [exactly('r')])]))).toBe('none');
  });
});

describe('devices that may be allocated several times', () => {
  const requestPolicy = { default: '10Gi', validRange: { min: '10Gi', step: '5Gi', max: '30Gi' } };
  const shared: Device = { name: 'd1', allowMultipleAllocations: true, capacity: { memory: { value: '40Gi', requestPolicy } } };
  const asking = (memory?: string) => claim('c', [exactly('r', memory === undefined ? {} : { capacity: { requests: { memory } } })]);
  const results = (world: World, ...claims: ReturnType<typeof asking>[]) => {
    const outcome = allocate(world, claims);
    return outcome.type === 'allocated' ? outcome.results.flatMap(({ devices }) => devices?.results ?? []) : outcome.type;
  };
  it.each<[string, string | undefined, unknown]>([
    ['the default without a request', undefined, '10Gi'],
    ['the least', '1Gi', '10Gi'],
    ['the next step', '11Gi', '15Gi'],
    ['no more than the policy allows', '31Gi', 'none'],
  ])('give a share: %s', (_, memory, expected) => {
    const outcome = results(pool(shared), asking(memory));
    expect(Array.isArray(outcome) ? outcome[0]?.consumedCapacity?.memory : outcome).toEqual(expected);
  });
  it('give shares until the capacity is used up, each under an identifier of its own', () => {
    const three = results(pool(shared), asking('15Gi'), asking('15Gi'), asking('10Gi'));
    expect(three).toMatchObject(['1', '2', '3'].map((n) => ({ device: 'd1', shareID: `share-${n}` })));
    expect(results(pool(shared), asking('15Gi'), asking('15Gi'), asking('15Gi'))).toBe('none');
    const ledger = createAllocationLedger();
    const share = { request: 'r', driver: DRIVER, pool: 'p', device: 'd1', shareID: 's', consumedCapacity: { memory: '30Gi' } };
    ledger.record('other', { devices: { results: [share] } });
    expect(results({ ...pool(shared), ledger }, asking('15Gi'))).toBe('none');
    ledger.record('other', undefined);
    expect(results({ ...pool(shared), ledger }, asking('15Gi'))).toHaveLength(1);
  });
  it('are passed over if they do not know the capacity', () => {
    expect(results(pool({ name: 'd0' }, shared), asking('10Gi'))).toMatchObject([{ device: 'd1', shareID: 'share-1' }]);
  });
});

describe('the result', () => {
  const opaque = (text: string) => ({ opaque: { driver: DRIVER, parameters: { text } } });
  it('has the configuration of classes and claim, with the requests that it is for', () => {
    const classes = [deviceClass('gpu', { config: [opaque('class')] })];
    const config = [
      opaque('all'),
      { ...opaque('b'), requests: ['b'] },
      { ...opaque('s1'), requests: ['r/s1'] },
      { ...opaque('s0'), requests: ['r/s0'] },
    ];
    const outcome = allocate({ ...pool('d1', 'd2'), classes }, [claim('c', [exactly('b'), alternatives('r', 5, 1)], { config })]);
    expect(outcome).toMatchObject({
      results: [
        {
          devices: {
            config: [
              { source: 'FromClass', requests: ['b', 'r/s1'], ...opaque('class') },
              { source: 'FromClaim', ...opaque('all') },
              { source: 'FromClaim', requests: ['b'], ...opaque('b') },
              { source: 'FromClaim', requests: ['r/s1'], ...opaque('s1') },
            ],
          },
        },
      ],
    });
  });
  it.each<[string, Slice[], unknown]>([
    ['its node', [slice('p', ['d1'])], { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }] }],
    ['all nodes', [slice('p', ['d1'], { allNodes: true })], undefined],
    [
      'the node that it is bound to',
      [slice('p', [{ name: 'd1', bindsToNode: true }], { allNodes: true })],
      { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }] },
    ],
    [
      'the nodes of the slice',
      [slice('p', ['d1'], { nodeSelector: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'rack', operator: 'Exists' }] }] } })],
      { nodeSelectorTerms: [{ matchExpressions: [{ key: 'rack', operator: 'Exists' }] }] },
    ],
  ])('says where a device can be used: %s', (_, slices, expected) => {
    const outcome = allocate({ slices }, [claim('c', [exactly('r')])], node('a', { rack: '1' }));
    expect(outcome.type === 'allocated' && outcome.results[0]?.nodeSelector).toEqual(expected);
  });
  it('has tolerations, administrator’s access and binding conditions', () => {
    const device: Device = { name: 'd1', bindingConditions: ['Ready'], bindingFailureConditions: ['Failed'] };
    const tolerations = [{ key: 'k', operator: 'Exists' as const }];
    const outcome = allocate(pool(device), [claim('c', [exactly('r', { adminAccess: true, tolerations })])]);
    expect(outcome.type === 'allocated' && outcome.results[0]?.devices?.results).toEqual([
      {
        request: 'r',
        driver: DRIVER,
        pool: 'p',
        device: 'd1',
        adminAccess: true,
        tolerations,
        bindingConditions: ['Ready'],
        bindingFailureConditions: ['Failed'],
      },
    ]);
  });
});
