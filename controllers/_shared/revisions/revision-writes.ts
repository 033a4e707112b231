import type { Kind } from '../../../api/definition/kind.ts';
import type { ControllerRevision } from '../../../api/kinds/apps/controller-revision.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { controllerRefTo } from '../../../runtime/control/controller-ref.ts';
import { unlessGone } from '../refusals.ts';
import type { Revision } from './history.ts';
import { numberOf } from './history.ts';
import { holdsTemplate, revisionDataOf, revisionText } from './revision-data.ts';
import { revisionHash } from './revision-hash.ts';

/** The revisions' kind, and how one kind of workload marks them. */
export interface RevisionKind {
  readonly owners: Kind;
  readonly revisions: Kind<ControllerRevision>;
  /** The label that holds a revision's hash. */
  readonly hashLabel: string;
}

/** Leaves room for the hash: names have at most 253 characters. */
const MAX_PREFIX = 223;

/** Returns the revision for a template, named after the workload and the hash. */
export function newRevision(
  { owners, hashLabel }: RevisionKind,
  owner: Live<KubeObject>,
  template: PodTemplateSpec,
  { number, collisionCount }: { readonly number: number; readonly collisionCount: number | undefined },
): ControllerRevision {
  const data = revisionDataOf(template);
  const hash = revisionHash(revisionText(data), collisionCount);
  const { name, namespace, annotations } = owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, MAX_PREFIX)}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerRefTo(owners, owner)],
    },
    data,
    revision: number,
  };
}

/**
 * Creates a revision. One of that name may exist: the same, which the cache does not show yet and which is returned, or one of another
 * template with the same hash.
 * @returns undefined if another template has the name
 */
export async function createRevision(
  client: Client,
  kind: Kind<ControllerRevision>,
  revision: ControllerRevision,
  template: PodTemplateSpec,
): Promise<Revision | undefined> {
  try {
    return await client.create(kind, revision);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const there = await client.get(kind, keyOf(revision));
    return holdsTemplate(there, template) ? there : undefined;
  }
}

/** Gives a revision another number, as a rollback does. @throws StatusError Conflict if the cache lags */
export async function renumber(client: Client, kind: Kind<ControllerRevision>, revision: Revision, number: number): Promise<Revision> {
  return numberOf(revision) === number ? revision : client.update(kind, { ...revision, revision: number });
}

export async function removeRevisions(client: Client, kind: Kind<ControllerRevision>, revisions: readonly Revision[]): Promise<void> {
  for (const revision of revisions) {
    await unlessGone(client.delete(kind, keyOf(revision), { preconditions: { uid: revision.metadata.uid } }));
  }
}
