import { describe, expect, it } from '@jest/globals';
import { aVolume } from '../../../api/kinds/core/persistent-volume-claim/bindings.fixture.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { VolumeAttachment } from '../../../api/kinds/storage/volume-attachment.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ObservedNode, WantedVolume } from './plan.ts';
import { MAX_WAIT_FOR_UNMOUNT_MS, multiAttachText, planNode } from './plan.ts';

const NAME = 'kubernetes.io/csi/d^h';
const metadata = (name: string, namespace = '') => ({
  name,
  namespace,
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
});
const pod = (name: string, namespace = 'default'): Live<Pod> => ({ metadata: metadata(name, namespace) });
const attachment = (more: { attached?: boolean; deleted?: boolean } = {}): Live<VolumeAttachment> => ({
  metadata: { ...metadata('csi-1'), ...(more.deleted ? { deletionTimestamp: '2026-01-01T00:00:01Z' } : {}) },
  spec: { attacher: 'd', nodeName: 'n', source: { persistentVolumeName: 'v' } },
  status: { attached: more.attached ?? true },
});
const wanted = (more: Partial<WantedVolume> = {}): WantedVolume => ({
  volume: aVolume('v'),
  driver: 'd',
  pods: [pod('p')],
  elsewhere: [],
  usersElsewhere: [],
  ...more,
});
const node = (more: Partial<ObservedNode> = {}): ObservedNode => ({
  name: 'n',
  ready: true,
  outOfService: false,
  gone: false,
  inUse: new Set(),
  wanted: new Map(),
  attachments: new Map(),
  unwantedMs: () => 0,
  ...more,
});
const has = (more?: Parameters<typeof attachment>[0]) => new Map([[NAME, attachment(more)]]);
const wants = (more?: Partial<WantedVolume>) => new Map([[NAME, wanted(more)]]);
const inUse = new Set([NAME]);
const long = () => MAX_WAIT_FOR_UNMOUNT_MS + 1;

describe('a volume and a node', () => {
  it.each<[string, ObservedNode, string[]]>([
    ['nothing is done for nothing', node(), []],
    ['a volume that a pod wants is attached', node({ wanted: wants() }), ['attach']],
    ['a volume on another node is not', node({ wanted: wants({ elsewhere: ['m'] }) }), ['refuse']],
    [
      'a volume for many is attached to several',
      node({ wanted: wants({ elsewhere: ['m'], volume: aVolume('v', { accessModes: ['ReadOnlyMany'] }) }) }),
      ['attach'],
    ],
    ['an attacher at work is awaited', node({ wanted: wants(), attachments: has({ attached: false }) }), ['await']],
    ['what is attached stays', node({ wanted: wants(), attachments: has() }), ['confirm']],
    ['a detachment under way has to end first', node({ wanted: wants(), attachments: has({ deleted: true }) }), []],
    ['what no pod wants is detached', node({ attachments: has() }), ['detach']],
    ['a detachment under way is not asked for again', node({ attachments: has({ deleted: true }) }), []],
    ['what the node uses stays', node({ attachments: has(), inUse }), ['hold']],
    ['a node that is ready keeps what it uses for ever', node({ attachments: has(), inUse, unwantedMs: long }), ['hold']],
    ['one that is not ready loses it after six minutes', node({ attachments: has(), inUse, ready: false, unwantedMs: long }), ['detach forced']],
    ['one that is not ready keeps it for six minutes', node({ attachments: has(), inUse, ready: false }), ['hold']],
    ['one out of service loses it at once', node({ attachments: has(), inUse, outOfService: true }), ['detach forced']],
    ['one that is gone loses it after six minutes', node({ attachments: has(), gone: true, ready: false, unwantedMs: long }), ['detach forced']],
    ['one that is gone gets nothing', node({ wanted: wants(), gone: true }), []],
  ])('%s', (_sentence, observed, expected) => {
    expect(planNode(observed).map((action) => (action.do === 'detach' && action.forced ? 'detach forced' : action.do))).toEqual(expected);
  });

  it('detaches come before attaches', () => {
    const attachments = new Map([['kubernetes.io/csi/d^other', attachment()]]);
    expect(planNode(node({ wanted: wants(), attachments })).map((action) => action.do)).toEqual(['detach', 'attach']);
  });
});

it.each<[string, readonly Live<Pod>[], string]>([
  ['nobody', [], "Volume is already exclusively attached to one node and can't be attached to another"],
  ['a pod of the namespace', [pod('a'), pod('b')], 'Volume is already used by pod(s) a, b'],
  ['a pod elsewhere', [pod('a', 'other')], 'Volume is already used by 1 pod(s) in different namespaces'],
  ['both', [pod('a'), pod('b', 'other')], 'Volume is already used by pod(s) a and 1 pod(s) in different namespaces'],
])('a volume that %s has elsewhere is refused by that name', (_who, usersElsewhere, text) => {
  expect(multiAttachText(wanted({ usersElsewhere }), pod('p'))).toBe(`Multi-Attach error for volume "v" ${text}`);
});
