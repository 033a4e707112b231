import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { ReplicaSet } from '../../api/kinds/apps/replica-set.ts';
import { replicaSets } from '../../api/kinds/apps/replica-set.ts';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import { configMaps } from '../../api/kinds/core/config-map.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { secrets } from '../../api/kinds/core/secret.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyText } from '../../api/meta/object.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import { silentLogger } from '../../base/log.ts';
import { createMemoryClient } from '../client/memory-client.fixture.ts';
import type { StubInformers } from '../watch/informers.fixture.ts';
import { createStubInformers } from '../watch/informers.fixture.ts';
import { controlledBy, orphansIn } from './controller-ref.ts';
import type { When } from './events.ts';
import type { Expectations } from './expectations.ts';
import { createExpectations } from './expectations.ts';
import { owned } from './owned.ts';
import { primary } from './primary.ts';
import type { WatchedOptions } from './watched.ts';
import { watched } from './watched.ts';
import type { Wiring } from './wiring.ts';
import { connect, indexed } from './wiring.ts';

let informers: StubInformers;
let enqueued: string[];
let expectations: Expectations;
const clock = createFakeClock();
beforeEach(() => {
  informers = createStubInformers();
  enqueued = [];
  expectations = createExpectations(clock);
});

/** Connects a wiring whose keys are recorded as `key`, `key low`, `key after 50`. */
function wire(wiring: Wiring, settled?: Expectations) {
  return connect(
    wiring,
    {
      client: createMemoryClient(clock),
      informers,
      clock,
      log: silentLogger,
      recorder: { event: () => {} },
      registry: new Registry(),
      enqueue: (key, { priority = 'normal', afterMs } = {}) =>
        enqueued.push(`${keyText(key)}${priority === 'low' ? ' low' : ''}${afterMs === undefined ? '' : ` after ${afterMs}`}`),
    },
    settled,
  );
}
/** Returns the keys that were enqueued since the last call. */
const woken = (): string[] => enqueued.splice(0);

const meta = (name: string, more: Partial<Live['metadata']> = {}): Live['metadata'] => ({
  name,
  namespace: 'default',
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  ...more,
});
const map = (name: string, data: Record<string, string> = {}, more: Partial<Live['metadata']> = {}): Live<ConfigMap> => ({
  metadata: meta(name, more),
  data,
});

describe('the kind that a controller is for', () => {
  const isRed = ({ data }: ConfigMap) => data?.color === 'red';
  it.each<[string, When<ConfigMap> | undefined, string[][]]>([
    ['wakes at every event without a predicate', undefined, [['default/a low'], ['default/a'], ['default/a'], ['default/a']]],
    ['wakes at the events that are named', { create: true, delete: true }, [['default/a low'], [], [], ['default/a']]],
    ['wakes as a predicate of the object says, at every event', isRed, [[], ['default/a'], [], []]],
    ['wakes as the predicate of an event says', { update: (now, old) => isRed(now) !== isRed(old) }, [[], ['default/a'], ['default/a'], []]],
    ['may tell the first list from later creations', { create: (_, initial) => !initial }, [[], [], [], []]],
  ])('%s', (_, when, [created, reddened, greened, deleted]) => {
    wire({ for: primary(configMaps, { when }) });
    informers.show(configMaps, map('a', { color: 'blue' }), true);
    expect(woken()).toEqual(created);
    informers.show(configMaps, map('a', { color: 'red' }));
    expect(woken()).toEqual(reddened);
    informers.show(configMaps, map('a', { color: 'green' }));
    expect(woken()).toEqual(greened);
    informers.hide(configMaps, map('a', { color: 'green' }));
    expect(woken()).toEqual(deleted);
  });

  it.each([
    ['at low priority from the first list alone', undefined, ['default/a low', 'default/b', 'default/b']],
    ['at normal priority throughout, if it says so', 'normal' as const, ['default/a', 'default/b', 'default/b']],
    ['at low priority throughout, if it says so', 'low' as const, ['default/a low', 'default/b low', 'default/b low']],
  ])('wakes %s', (_, priority, expected) => {
    wire({ for: primary(configMaps, { priority }) });
    informers.show(configMaps, map('a'), true);
    informers.show(configMaps, map('b'));
    informers.show(configMaps, map('b', { color: 'red' }));
    expect(woken()).toEqual(expected);
  });

  it('may be named alone, and is waited for with every other kind of the wiring', () => {
    const needed = wire({
      for: configMaps,
      owns: [pods],
      watches: [watched(replicaSets, { map: () => undefined })],
      indexes: [indexed(secrets, (informer) => informer.addIndex('type', ({ type }) => [type ?? '']))],
    });
    expect(new Set(needed)).toEqual(new Set([configMaps, pods, replicaSets, secrets].map((kind) => informers.of<object>(kind))));
    expect(informers.of(secrets).byIndex('type', 'Opaque')).toEqual([]);
  });

  it('forgets the expectations of an object that was replaced or deleted', () => {
    wire({ for: configMaps }, expectations);
    informers.show(configMaps, map('a'));
    expectations.expectCreations('default/a', 1);
    informers.show(configMaps, map('a', { color: 'red' }));
    expect(expectations.satisfied('default/a')).toBe(false);
    informers.show(configMaps, map('a', {}, { uid: 'another' }));
    expect(expectations.satisfied('default/a')).toBe(true);
    expectations.expectCreations('default/a', 1);
    informers.hide(configMaps, map('a', {}, { uid: 'another' }));
    expect(expectations.satisfied('default/a')).toBe(true);
  });
});

describe('a kind that is owned', () => {
  const set = (name: string, app: string): Live<ReplicaSet> => ({ metadata: meta(name), spec: { selector: { matchLabels: { app } } } });
  const controlledByRef = (name: string, uid = `uid-${name}`) => [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid, controller: true }];
  const ofA = { ownerReferences: controlledByRef('a') };
  const ofB = { ownerReferences: controlledByRef('b') };
  const terminating = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  const pod = (more: Partial<Live['metadata']>, phase = 'Running'): Live<Pod> => ({ metadata: meta('pod', more), status: { phase } });
  const phaseChanged = (now: Pod, old: Pod) => now.status?.phase !== old.status?.phase;

  const setUp = (withExpectations: boolean) => {
    wire(
      { for: primary(replicaSets, { when: {}, selects: ({ spec }) => spec?.selector }), owns: [owned(pods, { changed: phaseChanged })] },
      withExpectations ? expectations : undefined,
    );
    for (const owner of [set('a', 'web'), set('b', 'db'), set('c', 'db')]) informers.show(replicaSets, owner);
  };

  type Look = Partial<Live['metadata']> & { phase?: string };
  const show = ({ phase, ...more }: Look, initial = false) => informers.show(pods, pod(more, phase), initial);
  const web = { labels: { app: 'web' } };
  const db = { labels: { app: 'db' } };

  describe.each([
    ['with expectations', true],
    ['without expectations', false],
  ])('%s', (_, withExpectations) => {
    it.each<[string, Look, string[]]>([
      ['wakes its owner', ofA, ['default/a']],
      ['wakes nobody if its owner was replaced', { ownerReferences: controlledByRef('a', 'former') }, []],
      ['wakes nobody if its owner is of another kind', { ownerReferences: [{ ...controlledByRef('a')[0]!, kind: 'Other' }] }, []],
      ['wakes all that might adopt it', db, ['default/b', 'default/c']],
      ['wakes nobody if nobody selects it', { labels: { app: 'other' } }, []],
      ['wakes nobody from another namespace', { ...db, namespace: 'other' }, []],
    ])('an object that appears %s', (_name, look, expected) => {
      setUp(withExpectations);
      show(look);
      expect(woken()).toEqual(expected);
    });

    it.each<[string, Look, Look, string[]]>([
      ['wakes its owner if the change concerns it', ofA, { ...ofA, phase: 'Failed' }, ['default/a']],
      ['wakes nobody if the change does not concern the owner', ofA, { ...ofA, ...web }, []],
      ['wakes both owners if it moves', ofA, ofB, ['default/a', 'default/b']],
      ['wakes the owner that released it, and those that might adopt it', { ...ofA, ...db }, db, ['default/a', 'default/b', 'default/c']],
      ['wakes the owner that adopted it', web, { ...web, ...ofA }, ['default/a']],
      ['wakes those that might adopt it by its new labels', web, db, ['default/b', 'default/c']],
      ['wakes nobody if an orphan changes in other ways', web, { ...web, phase: 'Failed' }, []],
      ['wakes nobody if empty labels go missing', { labels: {} }, {}, []],
    ])('an object that changes %s', (_name, before, after, expected) => {
      setUp(withExpectations);
      show(before);
      woken();
      show(after);
      expect(woken()).toEqual(expected);
    });

    it('wakes at low priority from the first list', () => {
      setUp(withExpectations);
      show(ofA, true);
      expect(woken()).toEqual(['default/a low']);
      informers.hide(pods, pod(ofA));
      expect(woken()).toEqual(['default/a']);
      show(db, true);
      expect(woken()).toEqual(['default/b low', 'default/c low']);
    });

    it('is indexed by controller, orphans by namespace', () => {
      setUp(withExpectations);
      show(ofA);
      informers.show(pods, { metadata: meta('orphan') });
      expect(controlledBy(informers.of(pods), 'uid-a').map(({ metadata }) => metadata.name)).toEqual(['pod']);
      expect(orphansIn(informers.of(pods), 'default').map(({ metadata }) => metadata.name)).toEqual(['orphan']);
    });
  });

  it.each<[string, Look | undefined, Look, { creations: number; deletions: number }]>([
    ['a creation by an object that appears', undefined, ofA, { creations: 0, deletions: 1 }],
    ['a deletion by an object that appears terminating', undefined, { ...ofA, ...terminating }, { creations: 1, deletions: 0 }],
    ['nothing by a change', ofA, { ...ofA, phase: 'Failed' }, { creations: 0, deletions: 1 }],
    ['a deletion by an object that begins to terminate', ofA, { ...ofA, ...terminating }, { creations: 0, deletions: 0 }],
    ['a deletion by an object that moves while it terminates', ofA, { ...ofB, ...terminating }, { creations: 0, deletions: 0 }],
    ['a deletion and a creation by an object that was replaced', ofA, { ...ofA, uid: 'another' }, { creations: 0, deletions: 0 }],
    ['nothing by an orphan', undefined, web, { creations: 1, deletions: 1 }],
  ])('settles %s', (_, before, after, left) => {
    const pending = { creations: 1, deletions: 1 };
    const recorded: Expectations = {
      ...expectations,
      creationObserved: (key) => key === 'default/a' && pending.creations > 0 && pending.creations--,
      deletionObserved: (key, uid) => key === 'default/a' && uid === 'uid-pod' && pending.deletions > 0 && pending.deletions--,
    };
    wire({ for: primary(replicaSets, { when: {} }), owns: [pods] }, recorded);
    for (const owner of [set('a', 'web'), set('b', 'db')]) informers.show(replicaSets, owner);
    if (before) show(before);
    show(after);
    expect(pending).toEqual(left);
  });

  it.each<[string, boolean, string[]]>([
    ['counts as deleted with expectations, which wakes no adopters', true, []],
    ['wakes those that select it without expectations', false, ['default/a']],
  ])('a terminating orphan %s', (_, withExpectations, expected) => {
    setUp(withExpectations);
    show({ ...web, ...terminating });
    expect(woken()).toEqual(expected);
  });

  it('needs a kind that the controller is for', () => {
    expect(() => wire({ owns: [pods] })).toThrow('a controller owns Pod but is for no kind');
  });
});

describe('a kind that is watched', () => {
  const toOwner = ({ data }: ConfigMap) => (data?.to === undefined ? undefined : { namespace: 'default', name: data.to });
  const toMany = ({ data }: ConfigMap) => (data?.to ?? '').split(',').map((name) => ({ namespace: 'default', name }));
  const run = (options: WatchedOptions<ConfigMap>, act: () => void) => {
    wire({ watches: [watched(configMaps, options)] });
    act();
    return woken();
  };
  const move = (from: string, to: string) => () => {
    informers.show(configMaps, map('m', { to: from }));
    woken();
    informers.show(configMaps, map('m', { to }));
  };

  it.each<[string, WatchedOptions<ConfigMap>, () => void, string[]]>([
    ['the key that an object leads to', { map: toOwner }, () => informers.show(configMaps, map('m', { to: 'x' })), ['default/x']],
    ['nothing if it leads to none', { map: toOwner }, () => informers.show(configMaps, map('m')), []],
    ['every key if it leads to several', { map: toMany }, () => informers.show(configMaps, map('m', { to: 'x,y' })), ['default/x', 'default/y']],
    ['low from the first list', { map: toOwner }, () => informers.show(configMaps, map('m', { to: 'x' }), true), ['default/x low']],
    ['as its priority says', { map: toOwner, priority: 'normal' }, () => informers.show(configMaps, map('m', { to: 'x' }), true), ['default/x']],
    ['after a while', { map: toOwner, afterMs: 50 }, () => informers.show(configMaps, map('m', { to: 'x' }), true), ['default/x low after 50']],
    [
      'after a while that depends on the key',
      { map: toMany, afterMs: ({ name }) => name.charCodeAt(0) },
      () => informers.show(configMaps, map('m', { to: 'a,b' })),
      ['default/a after 97', 'default/b after 98'],
    ],
    ['both keys of an object that moved', { map: toOwner }, move('x', 'y'), ['default/y', 'default/x']],
    ['a key once that it leads to before and after', { map: toMany }, move('x,y', 'y,z'), ['default/y', 'default/z', 'default/x']],
    ['the key alone of an object that did not move', { map: toOwner }, move('x', 'x'), ['default/x']],
    ['not the key it led to, if that is said not to matter', { map: toOwner, moved: () => false }, move('x', 'y'), ['default/y']],
    ['nothing at an event that is not named', { map: toOwner, when: { create: true } }, move('x', 'y'), []],
  ])('wakes %s', (_, options, act, expected) => {
    expect(run(options, act)).toEqual(expected);
  });

  it('wakes at its deletion, and hands the mapping the informers', () => {
    wire({
      watches: [
        watched(configMaps, {
          when: { delete: true },
          map: (_, env) =>
            env.informers
              .of(pods)
              .list()
              .map(({ metadata }) => ({ ...metadata, namespace: '' })),
        }),
      ],
    });
    informers.show(pods, { metadata: meta('one') });
    informers.show(configMaps, map('m'));
    expect(woken()).toEqual([]);
    informers.hide(configMaps, map('m'));
    expect(woken()).toEqual(['one']);
  });
});
