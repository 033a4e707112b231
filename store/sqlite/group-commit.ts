import { nextTurn } from '../../base/next-turn.ts';
import type { WriteResult } from '../store.ts';
import type { Outcome, Write } from './protocol.ts';
import { storedOf } from './rows.ts';

/** Collects writes into commits: what arrives while a commit is under way shares the next one. */
export interface GroupCommit {
  /** Resolves once the write's commit is on disk. Rejects if the commit failed. */
  submit(write: Write): Promise<WriteResult>;
  /** Resolves when nothing is left to commit. */
  drained(): Promise<void>;
}

export interface GroupCommitOptions {
  /** Commits the writes together, in their order. */
  commit(writes: readonly Write[]): Promise<readonly Outcome[]>;
  /** Called with the committed writes before any of them resolves. */
  committed(writes: readonly Write[], outcomes: readonly Outcome[]): void;
}

interface PendingWrite {
  readonly write: Write;
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: Error) => void;
}

/** Writes that share a commit: watchers are told of all of them in one turn of the event loop, which others wait for. */
const MAX_COMMIT = 64;
/** Writes that are answered in one turn: each answer is made, and often the next step of a request, before anything else is served. */
const ANSWERED_PER_TURN = 16;

const resultOf = (outcome: Outcome | undefined): WriteResult =>
  outcome?.ok ? { ok: true, revision: outcome.revision } : { ok: false, current: outcome?.current && storedOf(outcome.current) };

export function createGroupCommit({ commit, committed }: GroupCommitOptions): GroupCommit {
  const queue: PendingWrite[] = [];
  let committing = false;

  /** Answers in the order of the writes. The next commit may begin meanwhile. */
  async function answer(batch: readonly PendingWrite[], outcomes: readonly Outcome[]): Promise<void> {
    for (const [i, { resolve }] of batch.entries()) {
      if (i > 0 && i % ANSWERED_PER_TURN === 0) await nextTurn();
      resolve(resultOf(outcomes[i]));
    }
  }

  /** Commits everything queued; called again while there is more. */
  async function flush(): Promise<void> {
    if (committing) return;
    committing = true;
    while (queue.length > 0) {
      const batch = queue.splice(0, MAX_COMMIT);
      const writes = batch.map(({ write }) => write);
      try {
        const outcomes = await commit(writes);
        committed(writes, outcomes);
        void answer(batch, outcomes);
      } catch (error) {
        for (const { reject } of batch) reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    committing = false;
  }

  return {
    submit: (write) =>
      new Promise((resolve, reject) => {
        queue.push({ write, resolve, reject });
        // Deferred a turn: the writes of one turn of the event loop share a commit.
        if (!committing && queue.length === 1) setImmediate(() => void flush());
      }),
    async drained() {
      while (committing || queue.length > 0) await flush().then(nextTurn);
    },
  };
}
