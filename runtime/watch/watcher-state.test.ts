import { describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '../../api/kinds/core/config-map.ts';
import type { Live } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { WatcherInput, WatcherState, WatcherStep } from './watcher-state.ts';
import { watcherStep } from './watcher-state.ts';

const item = (name: string, resourceVersion: string): Live<ConfigMap> => ({
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z' },
});
const [a, b] = [item('a', '3'), item('b', '4')];
const gone = errors.expired('too old resource version: 1 (5)');
const broken = new Error('connection reset');

type State = WatcherState<ConfigMap>;
const listing: State = { phase: 'listing', pages: [], continue: undefined };
const halfListed: State = { phase: 'listing', pages: [[a]], continue: 'more' };
const watching: State = { phase: 'watching', revision: '9' };
const resuming: State = { phase: 'resuming', revision: '9' };
const relisting: State = { phase: 'relisting', pages: [], continue: undefined };
const page = (items: Live<ConfigMap>[], revision: string, next?: string): WatcherInput<ConfigMap> => ({
  type: 'page',
  items,
  revision,
  continue: next,
});

const table: [string, State, WatcherInput<ConfigMap>, WatcherStep<ConfigMap>][] = [
  [
    'keeps a page that is not the last one aside and asks for the next',
    listing,
    page([a], '5', 'more'),
    { state: halfListed, action: { do: 'list', continue: 'more' } },
  ],
  [
    'delivers all pages at once after the last one, and watches from its revision',
    halfListed,
    page([b], '5'),
    {
      state: { phase: 'watching', revision: '5' },
      action: { do: 'watch', revision: '5' },
      delivery: { type: 'replace', pages: [[a], [b]] },
      reset: true,
    },
  ],
  ['waits after a failed page and keeps what it has', halfListed, { type: 'failed', error: broken }, { state: halfListed, action: { do: 'wait' } }],
  ['asks for the failed page again after the wait', halfListed, { type: 'waited' }, { state: halfListed, action: { do: 'list', continue: 'more' } }],
  [
    'starts the list over when its continue token has expired',
    halfListed,
    { type: 'failed', error: gone },
    { state: listing, action: { do: 'wait' } },
  ],
  [
    'passes an addition on and remembers its revision',
    watching,
    { type: 'event', event: { type: 'ADDED', object: item('a', '12') } },
    {
      state: { phase: 'watching', revision: '12' },
      action: { do: 'read' },
      delivery: { type: 'put', object: item('a', '12') },
      reset: true,
    },
  ],
  [
    'passes a deletion on and remembers its revision',
    watching,
    { type: 'event', event: { type: 'DELETED', object: item('a', '13') } },
    {
      state: { phase: 'watching', revision: '13' },
      action: { do: 'read' },
      delivery: { type: 'delete', object: item('a', '13') },
      reset: true,
    },
  ],
  [
    'remembers a bookmark’s revision and delivers nothing',
    watching,
    { type: 'event', event: { type: 'BOOKMARK', resourceVersion: '40' } },
    { state: { phase: 'watching', revision: '40' }, action: { do: 'read' }, reset: true },
  ],
  ['resumes after the server’s end of the watch', watching, { type: 'ended' }, { state: resuming, action: { do: 'wait' } }],
  ['resumes after a broken connection', watching, { type: 'failed', error: broken }, { state: resuming, action: { do: 'wait' } }],
  ['resumes after silence', watching, { type: 'silent' }, { state: resuming, action: { do: 'wait' } }],
  ['watches from where it was after the wait', resuming, { type: 'waited' }, { state: watching, action: { do: 'watch', revision: '9' } }],
  ['lists again when the revision is gone', watching, { type: 'failed', error: gone }, { state: relisting, action: { do: 'wait' } }],
  ['lists again after the wait', relisting, { type: 'waited' }, { state: relisting, action: { do: 'list', continue: undefined } }],
  [
    'replaces what was delivered at the end of the second list',
    relisting,
    page([b], '50'),
    {
      state: { phase: 'watching', revision: '50' },
      action: { do: 'watch', revision: '50' },
      delivery: { type: 'replace', pages: [[b]] },
      reset: true,
    },
  ],
];

describe('a step of the watcher', () => {
  it.each(table)('%s', (_name, state, input, expected) => {
    expect(watcherStep(state, input)).toEqual(expected);
  });
});
