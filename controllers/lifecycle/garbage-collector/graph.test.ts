import { describe, expect, it } from '@jest/globals';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import type { Live } from '../../../api/meta/object.ts';
import { createOwnerGraph } from './graph.ts';
import { blocking, decide } from './plan.ts';

const ref = (uid: string, blockOwnerDeletion?: boolean) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: uid,
  uid,
  ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
});
const object = (uid: string, more: Partial<Live['metadata']> = {}): Live => ({
  metadata: { name: uid, namespace: 'default', uid, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...more },
});
const owned = (uid: string, ...owners: string[]) => object(uid, { ownerReferences: owners.map((owner) => ref(owner)) });
const deleting = (uid: string, ...finalizers: string[]) => object(uid, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers });

describe('the graph asks for a look at', () => {
  it('nothing that has its owners', () => {
    const graph = createOwnerGraph();
    expect(graph.put(configMaps, object('a'))).toEqual([]);
    expect(graph.put(configMaps, owned('b', 'a'))).toEqual([]);
    expect(graph.dependentsOf('a').map(({ uid }) => uid)).toEqual(['b']);
  });

  it('what names an owner that is not there, or is another', () => {
    const graph = createOwnerGraph();
    graph.put(configMaps, object('a', { namespace: 'other' }));
    expect(graph.put(configMaps, owned('b', 'a'))).toEqual(['b']);
    expect(graph.put(configMaps, owned('c', 'nobody'))).toEqual(['c']);
  });

  it('the dependents of what is gone, and remembers that it is', () => {
    const graph = createOwnerGraph();
    graph.put(configMaps, object('a'));
    graph.put(configMaps, owned('b', 'a'));
    expect(graph.remove(object('a'))).toEqual(['b']);
    expect([graph.isGone('a'), graph.isGone('b'), graph.size]).toEqual([true, false, 1]);
  });

  it('an owner in foreground deletion and its dependents, and at the owner again with each that goes', () => {
    const graph = createOwnerGraph();
    graph.put(configMaps, object('a'));
    graph.put(configMaps, owned('b', 'a'));
    expect(graph.put(configMaps, deleting('a', 'foregroundDeletion'))).toEqual(['a', 'b']);
    expect(graph.put(configMaps, deleting('a', 'foregroundDeletion'))).toEqual([]);
    expect(graph.put(configMaps, object('b'))).toEqual(['a']);
    expect(graph.put(configMaps, owned('b', 'a'))).toEqual(['b']);
    expect(graph.remove(object('b'))).toEqual(['a']);
  });

  it('an owner that is to let its dependents go', () => {
    const graph = createOwnerGraph();
    expect(graph.put(configMaps, deleting('a', 'orphan'))).toEqual(['a']);
  });
});

describe('a dependent', () => {
  const states = (...list: ('solid' | 'dangling' | 'waiting')[]) => list.map((state, i) => ({ reference: ref(`o${i}`), state }));
  const graph = createOwnerGraph();
  graph.put(configMaps, object('x', { ownerReferences: [ref('d')] }));
  const dependents = graph.dependentsOf('d');
  it.each([
    ['without owners stays', object('d'), states(), [], { do: 'nothing' }],
    ['with an owner stays', object('d'), states('solid'), [], { do: 'nothing' }],
    ['loses the references of the others', object('d'), states('solid', 'dangling', 'waiting'), [], { do: 'drop-owners', uids: ['o1', 'o2'] }],
    ['without any owner left goes', object('d'), states('dangling', 'dangling'), [], { do: 'delete', policy: 'Background', unblock: false }],
    [
      'keeps to its own finalizers when it goes',
      object('d', { finalizers: ['orphan'] }),
      states('dangling'),
      [],
      { do: 'delete', policy: 'Orphan', unblock: false },
    ],
    [
      'of an owner that waits takes its own dependents along first',
      object('d'),
      states('waiting'),
      dependents,
      { do: 'delete', policy: 'Foreground', unblock: false },
    ],
    [
      'of an owner that waits, without dependents, just goes',
      object('d'),
      states('waiting'),
      [],
      { do: 'delete', policy: 'Background', unblock: false },
    ],
  ])('%s', (_, live, owners, of, expected) => {
    expect(decide(live, owners, of)).toEqual(expected);
  });

  it('blocks its owner only where it says so', () => {
    const own = createOwnerGraph();
    own.put(configMaps, object('a'));
    own.put(configMaps, object('blocks', { ownerReferences: [ref('a', true)] }));
    own.put(configMaps, object('does-not', { ownerReferences: [ref('a', false)] }));
    expect(blocking(own.get('a')!, own.dependentsOf('a')).map(({ uid }) => uid)).toEqual(['blocks']);
  });
});
