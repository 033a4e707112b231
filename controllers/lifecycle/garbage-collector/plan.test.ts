import { describe, expect, it } from '@jest/globals';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { GraphNode } from './graph.ts';
import type { Decision, OwnerState } from './plan.ts';
import { blocking, decide } from './plan.ts';

const object = (...finalizers: string[]): Live => ({
  metadata: { name: 'o', namespace: 'default', uid: 'o', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', finalizers },
});
const reference = (uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid });
const owners = (...states: OwnerState[]) => states.map((state, i) => ({ reference: reference(`owner-${i}`), state }));
const node = (uid: string, more: Partial<GraphNode> = {}): GraphNode => ({
  kind: configMaps,
  namespace: 'default',
  name: uid,
  uid,
  owners: [],
  deleting: false,
  deletingDependents: false,
  orphaning: false,
  ...more,
});
const inCircle = node('child', { deleting: true, deletingDependents: true });

const nothing: Decision = { do: 'nothing' };
const remove = (policy: 'Background' | 'Foreground' | 'Orphan', unblock = false): Decision => ({ do: 'delete', policy, unblock });

describe('an object', () => {
  it.each<[string, Live, ReturnType<typeof owners>, GraphNode[], Decision]>([
    ['without owners stays', object(), owners(), [], nothing],
    ['whose owners are there stays', object(), owners('solid', 'solid'), [], nothing],
    [
      'that one owner still wants loses the references to the others',
      object(),
      owners('dangling', 'solid', 'waiting'),
      [],
      { do: 'drop-owners', uids: ['owner-0', 'owner-2'] },
    ],
    ['whose owners are gone goes', object(), owners('dangling', 'dangling'), [node('child')], remove('Background')],
    [
      'whose owners are gone goes as its finalizers say: its dependents first',
      object('foregroundDeletion'),
      owners('dangling'),
      [],
      remove('Foreground'),
    ],
    ['whose owners are gone goes as its finalizers say: without its dependents', object('orphan'), owners('dangling'), [], remove('Orphan')],
    ['whose owner waits for it goes', object(), owners('waiting'), [], remove('Background')],
    ['whose owner waits for it goes after its own dependents', object(), owners('waiting'), [node('child')], remove('Foreground')],
    ['in a circle of owners that wait no longer blocks', object(), owners('waiting'), [inCircle], remove('Foreground', true)],
  ])('%s', (_, subject, of, dependents, expected) => {
    expect(decide(subject, of, dependents)).toEqual(expected);
  });
});

it('an owner in foreground deletion waits for dependents that say so, and for no others', () => {
  const ownedBy = (uid: string, blockOwnerDeletion?: boolean) => [
    { ...reference(uid), ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }) },
  ];
  const dependents = [
    node('blocks', { owners: ownedBy('owner', true) }),
    node('says-no', { owners: ownedBy('owner', false) }),
    node('says-nothing', { owners: ownedBy('owner') }),
    node('blocks-another', { owners: ownedBy('other', true) }),
  ];
  expect(blocking(node('owner'), dependents).map(({ uid }) => uid)).toEqual(['blocks']);
});
