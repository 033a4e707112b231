import type { KubeObject, Live } from '../../api/meta/object.ts';
import { isExpired } from '../../api/meta/status-error.ts';
import type { WatchEvent } from '../client/client.ts';

/**
 * The state of a watcher. Lists gather their pages in a side buffer; the cache changes only once the last page is there.
 *
 *     listing ──last page──▶ watching ──end, error, silence──▶ resuming ──waited──▶ watching
 *                               └──────410──▶ relisting ──last page──▶ watching
 *
 * After an error of a list and a pause, the page is requested again.
 */
export type WatcherState<T extends KubeObject> =
  | Listing<T>
  | { readonly phase: 'watching'; readonly revision: string }
  /** The watch broke; after a pause it continues from `revision`. */
  | { readonly phase: 'resuming'; readonly revision: string };

interface Listing<T extends KubeObject> {
  /** The first list, or one that replaces what was delivered because the revision was gone. */
  readonly phase: 'listing' | 'relisting';
  /** The pages that have arrived. */
  readonly pages: Pages<T>;
  readonly continue: string | undefined;
}

export type Pages<T extends KubeObject> = readonly (readonly Live<T>[])[];

/** An input of the state machine. */
export type WatcherInput<T extends KubeObject> =
  | { readonly type: 'page'; readonly items: readonly Live<T>[]; readonly revision: string; readonly continue: string | undefined }
  | { readonly type: 'event'; readonly event: WatchEvent<T> }
  /** The server ended the watch in an orderly way. */
  | { readonly type: 'ended' }
  /** The watch was silent for longer than the server keeps one open: the connection is dead. */
  | { readonly type: 'silent' }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'waited' };

/** The next action of the driver. */
export type WatcherAction =
  | { readonly do: 'list'; readonly continue: string | undefined }
  | { readonly do: 'watch'; readonly revision: string }
  /** Continue to read the open watch. */
  | { readonly do: 'read' }
  /** Pause for the next back-off delay, then feed 'waited'. */
  | { readonly do: 'wait' };

/** A change for the cache. */
export type Delivery<T extends KubeObject> =
  | { readonly type: 'replace'; readonly pages: Pages<T> }
  | { readonly type: 'put' | 'delete'; readonly object: Live<T> };

export interface WatcherStep<T extends KubeObject> {
  readonly state: WatcherState<T>;
  readonly action: WatcherAction;
  readonly delivery?: Delivery<T>;
  /** Set after a success: the back-off starts over. */
  readonly reset?: true;
}

export const initialWatcherState: WatcherState<never> = { phase: 'listing', pages: [], continue: undefined };

/** Returns the next state and action for an input. It is pure, and is the watcher's whole behaviour. */
export function watcherStep<T extends KubeObject>(state: WatcherState<T>, input: WatcherInput<T>): WatcherStep<T> {
  switch (state.phase) {
    case 'listing':
    case 'relisting':
      return listStep(state, input);
    case 'watching':
      return watchStep(state.revision, input);
    case 'resuming':
      return input.type === 'waited' ? watch(state.revision) : { state, action: { do: 'wait' } };
  }
}

function listStep<T extends KubeObject>(state: Listing<T>, input: WatcherInput<T>): WatcherStep<T> {
  switch (input.type) {
    case 'page': {
      const pages = [...state.pages, input.items];
      if (input.continue) return { state: { ...state, pages, continue: input.continue }, action: { do: 'list', continue: input.continue } };
      return { ...watch<T>(input.revision), delivery: { type: 'replace', pages }, reset: true };
    }
    case 'failed': {
      // The continue token has expired: the gathered pages are of no use.
      const restart = isExpired(input.error);
      return { state: restart ? { ...state, pages: [], continue: undefined } : state, action: { do: 'wait' } };
    }
    default:
      return { state, action: { do: 'list', continue: state.continue } };
  }
}

function watchStep<T extends KubeObject>(revision: string, input: WatcherInput<T>): WatcherStep<T> {
  switch (input.type) {
    case 'event': {
      const { event } = input;
      if (event.type === 'BOOKMARK') return { state: { phase: 'watching', revision: event.resourceVersion }, action: { do: 'read' }, reset: true };
      return {
        state: { phase: 'watching', revision: event.object.metadata.resourceVersion },
        action: { do: 'read' },
        delivery: { type: event.type === 'DELETED' ? 'delete' : 'put', object: event.object },
        reset: true,
      };
    }
    case 'failed':
      if (isExpired(input.error)) return { state: { phase: 'relisting', pages: [], continue: undefined }, action: { do: 'wait' } };
      return { state: { phase: 'resuming', revision }, action: { do: 'wait' } };
    case 'silent':
    case 'ended':
      return { state: { phase: 'resuming', revision }, action: { do: 'wait' } };
    default:
      return watch(revision);
  }
}

const watch = <T extends KubeObject>(revision: string): WatcherStep<T> => ({
  state: { phase: 'watching', revision },
  action: { do: 'watch', revision },
});
