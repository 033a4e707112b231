import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Annotations } from './annotations.ts';
import { currentAnnotations, maxRevision, withSizes } from './annotations.ts';
import { fencepostsOf, wantedReplicas } from './fenceposts.ts';
import { HASH_LABEL, sameTemplate, templateHash } from './template.ts';

/** A ReplicaSet as the plan wants it. `live` is what there is now: undefined for one that is to be created. */
export interface Draft {
  readonly name: string;
  readonly live: Live<ReplicaSet> | undefined;
  readonly created: string;
  readonly available: number;
  readonly actual: number;
  replicas: number;
  annotations: Annotations;
  minReadySeconds: number | undefined;
}

export interface Drafts {
  /** The one with the Deployment's template, if there is one yet. */
  current: Draft | undefined;
  /** Oldest first. */
  readonly old: readonly Draft[];
}

export const draftOf = (live: Live<ReplicaSet>): Draft => ({
  name: live.metadata.name,
  live,
  created: live.metadata.creationTimestamp,
  available: live.status?.availableReplicas ?? 0,
  actual: live.status?.replicas ?? 0,
  replicas: live.spec?.replicas ?? 1,
  annotations: live.metadata.annotations ?? {},
  minReadySeconds: live.spec?.minReadySeconds,
});

/** Oldest first; names decide between equals. */
export function byAge(a: { created: string; name: string }, b: { created: string; name: string }): number {
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

export const totalReplicas = (drafts: readonly Draft[]): number => drafts.reduce((sum, draft) => sum + draft.replicas, 0);
export const activeOf = (drafts: readonly Draft[]): Draft[] => drafts.filter((draft) => draft.replicas > 0);
export const allOf = ({ current, old }: Drafts): Draft[] => (current ? [...old, current] : [...old]);

/**
 * Sorts the ReplicaSets into the current one and the old ones. Of several with the Deployment's template the oldest is the current one;
 * it gets the next revision, and the Deployment's annotations.
 */
export function draftsOf(deployment: Live<Deployment>, replicaSets: readonly Live<ReplicaSet>[]): Drafts {
  const drafts = replicaSets.map(draftOf).sort(byAge);
  const current = drafts.find((draft) => sameTemplate(draft.live?.spec?.template, deployment.spec?.template));
  const old = drafts.filter((draft) => draft !== current);
  if (current) {
    current.annotations = currentAnnotations(deployment, current.annotations, nextRevision(old));
    current.minReadySeconds = deployment.spec?.minReadySeconds;
  }
  return { current, old };
}

export const nextRevision = (old: readonly Draft[]): bigint => maxRevision(old.flatMap((draft) => (draft.live ? [draft.live] : []))) + 1n;

/** Sets the size, and notes the Deployment's own size at that moment. */
export function resize(draft: Draft, replicas: number, deployment: Live<Deployment>): void {
  const wanted = wantedReplicas(deployment.spec);
  draft.replicas = replicas;
  draft.annotations = withSizes(draft.annotations, wanted, wanted + fencepostsOf(deployment.spec).maxSurge);
}

const MAX_NAME = 253;

/** The ReplicaSet for a template that has none yet, with no replicas: the plan sizes it. */
export function newDraft(deployment: Live<Deployment>, old: readonly Draft[]): Draft {
  const hash = templateHash(deployment.spec?.template, deployment.status?.collisionCount);
  const draft: Draft = {
    name: `${deployment.metadata.name.slice(0, MAX_NAME - hash.length - 1)}-${hash}`,
    live: undefined,
    created: '',
    available: 0,
    actual: 0,
    replicas: 0,
    annotations: currentAnnotations(deployment, {}, nextRevision(old)),
    minReadySeconds: deployment.spec?.minReadySeconds,
  };
  return draft;
}

/** The object to create for a draft of `newDraft`: template, selector and labels carry the hash. */
export function replicaSetOf(deployment: Live<Deployment>, draft: Draft): ReplicaSet {
  const hash = draft.name.slice(draft.name.lastIndexOf('-') + 1);
  const template = deployment.spec?.template ?? {};
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const selector = deployment.spec?.selector ?? {};
  return {
    metadata: {
      name: draft.name,
      ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
      labels,
      annotations: { ...draft.annotations },
    },
    spec: {
      replicas: draft.replicas,
      ...(draft.minReadySeconds === undefined ? {} : { minReadySeconds: draft.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
