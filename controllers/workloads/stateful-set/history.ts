import type { Kind } from '../../../api/definition/kind.ts';
import type { ControllerRevision } from '../../../api/kinds/apps/controller-revision.ts';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Client } from '../../../runtime/client/client.ts';
import type { Revision } from '../../_shared/revisions/history.ts';
import { byNumber, historyOf, nextNumber } from '../../_shared/revisions/history.ts';
import type { RevisionKind } from '../../_shared/revisions/revision-writes.ts';
import { createRevision, newRevision, renumber } from '../../_shared/revisions/revision-writes.ts';
import { revisionOf } from './stateful-pod.ts';

const HASH_LABEL = 'controller.kubernetes.io/hash';

interface HistoryParts {
  readonly client: Client;
  readonly statefulSets: Kind<StatefulSet>;
  readonly revisions: Kind<ControllerRevision>;
}

export interface SetRevisions {
  /** The revision that an update starts from. */
  readonly current: Revision;
  /** The revision of the set's template. */
  readonly update: Revision;
  readonly collisionCount: number;
}

/**
 * Makes sure that the set's template has a revision, and that it has the highest number: a revision that is rolled back to is renumbered.
 * @param owned the revisions that the set controls
 */
export async function ensureRevisions(parts: HistoryParts, set: Live<StatefulSet>, owned: readonly Revision[]): Promise<SetRevisions> {
  const template = set.spec?.template ?? {};
  const { current: equal } = historyOf(owned, template);
  const ordered = [...owned].sort(byNumber);
  const there = equal.at(-1);
  const number = nextNumber(ordered);
  let { collisionCount = 0 } = set.status ?? {};
  let update = there && (there === ordered.at(-1) ? there : await renumber(parts.client, parts.revisions, there, number));
  while (!update) {
    const kind: RevisionKind = { owners: parts.statefulSets, revisions: parts.revisions, hashLabel: HASH_LABEL };
    update = await createRevision(parts.client, parts.revisions, newRevision(kind, set, template, { number, collisionCount }), template);
    if (!update) collisionCount++;
  }
  const current = ordered.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  return { current, update, collisionCount };
}

/** Returns the revisions beyond the set's limit, lowest first; none that is in use. A negative limit keeps all. */
export function expiredRevisions(
  { spec }: StatefulSet,
  owned: readonly Revision[],
  { current, update }: SetRevisions,
  pods: readonly Live<Pod>[],
): readonly Revision[] {
  const limit = spec?.revisionHistoryLimit ?? 10;
  if (limit < 0) return [];
  const live = new Set([current.metadata.name, update.metadata.name, ...pods.map(revisionOf)]);
  const unused = owned.filter(({ metadata }) => !live.has(metadata.name)).sort(byNumber);
  return unused.slice(0, Math.max(0, unused.length - limit));
}
