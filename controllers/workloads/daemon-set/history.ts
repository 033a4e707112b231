import type { Kind } from '../../../api/definition/kind.ts';
import type { ControllerRevision } from '../../../api/kinds/apps/controller-revision.ts';
import type { DaemonSet } from '../../../api/kinds/apps/daemon-set/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { Client } from '../../../runtime/client/client.ts';
import type { Revision } from '../../_shared/revisions/history.ts';
import { byNumber, historyOf, nextNumber } from '../../_shared/revisions/history.ts';
import type { RevisionKind } from '../../_shared/revisions/revision-writes.ts';
import { createRevision, newRevision, removeRevisions, renumber } from '../../_shared/revisions/revision-writes.ts';
import { HASH_LABEL } from './daemon-pod.ts';

interface HistoryParts {
  readonly client: Client;
  readonly daemonSets: Kind<DaemonSet>;
  readonly revisions: Kind<ControllerRevision>;
  readonly pods: Kind<Pod>;
}

/** The revision of the set's template, with its hash, and the earlier ones. */
export interface CurrentHistory {
  readonly hash: string;
  readonly old: readonly Revision[];
}

/** Another template has the name that the hash gave the new revision. */
export type Collision = 'collision';
/** Pods were given another hash; their events start the next round. */
export type Relabelled = 'relabelled';

const hashOf = ({ metadata }: Revision): string | undefined => metadata.labels?.[HASH_LABEL];

/**
 * Makes sure that the set's template has one revision, and that it has the highest number: a revision that is rolled back to is renumbered.
 * @param owned the revisions that the set controls
 * @param pods the set's pods; those of a duplicate revision get the label of the one that stays
 */
export async function ensureHistory(
  parts: HistoryParts,
  set: Live<DaemonSet>,
  owned: readonly Revision[],
  pods: readonly Live<Pod>[],
): Promise<CurrentHistory | Collision | Relabelled> {
  const { client, revisions } = parts;
  const labelled = await Promise.all(owned.map((revision) => withHash(parts, revision)));
  const { current, others: old } = historyOf(labelled, set.spec?.template ?? {});
  const number = nextNumber(old);
  const kept = current.at(-1);
  if (!kept) {
    const created = await snapshot(parts, set, number);
    return created ? { hash: hashOf(created) ?? created.metadata.name, old } : 'collision';
  }
  const hash = hashOf(kept) ?? kept.metadata.name;
  if (current.length > 1) {
    const relabelled = await relabel(parts, pods, hash);
    await removeRevisions(client, revisions, current.slice(0, -1));
    if (relabelled) return 'relabelled';
  }
  if (Number(kept.revision) < number) await renumber(client, revisions, kept, number);
  return { hash, old };
}

/** Labels a revision that has no hash with its name, which is unique. */
async function withHash({ client, revisions }: HistoryParts, revision: Revision): Promise<Revision> {
  if (hashOf(revision)) return revision;
  const { metadata } = revision;
  return client.update(revisions, { ...revision, metadata: { ...metadata, labels: { ...metadata.labels, [HASH_LABEL]: metadata.name } } });
}

async function snapshot({ client, daemonSets, revisions }: HistoryParts, set: Live<DaemonSet>, number: number): Promise<Revision | undefined> {
  const kind: RevisionKind = { owners: daemonSets, revisions, hashLabel: HASH_LABEL };
  const template = set.spec?.template ?? {};
  const revision = newRevision(kind, set, template, { number, collisionCount: set.status?.collisionCount });
  return createRevision(client, revisions, revision, template);
}

async function relabel({ client, pods: kind }: HistoryParts, pods: readonly Live<Pod>[], hash: string): Promise<boolean> {
  const others = pods.filter(({ metadata }) => metadata.labels?.[HASH_LABEL] !== hash);
  for (const pod of others) {
    const body = { metadata: { uid: pod.metadata.uid, labels: { [HASH_LABEL]: hash } } };
    await client.patch(kind, keyOf(pod), { type: 'merge', body });
  }
  return others.length > 0;
}

/** Returns the old revisions beyond the set's limit, lowest first; none that a pod still has. */
export function expiredRevisions({ spec }: DaemonSet, old: readonly Revision[], pods: readonly Live<Pod>[]): readonly Revision[] {
  const surplus = old.length - (spec?.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  const live = new Set(pods.map(({ metadata }) => metadata.labels?.[HASH_LABEL]));
  return [...old]
    .sort(byNumber)
    .filter((revision) => !live.has(hashOf(revision)))
    .slice(0, surplus);
}
