import type { ControllerRevision } from '../../../api/kinds/apps/controller-revision.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { holdsTemplate } from './revision-data.ts';

export type Revision = Live<ControllerRevision>;

/** The revisions of a workload, lowest number first. */
export interface History {
  /** Those that hold the workload's template: several if a race made duplicates. */
  readonly current: readonly Revision[];
  readonly others: readonly Revision[];
}

export const numberOf = ({ revision }: Pick<ControllerRevision, 'revision'>): number => Number(revision ?? 0);

/** Orders by number, then by age, then by name. */
export function byNumber(a: Revision, b: Revision): number {
  if (numberOf(a) !== numberOf(b)) return numberOf(a) - numberOf(b);
  const [older, younger] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (older !== younger) return older < younger ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

export function historyOf(revisions: readonly Revision[], template: PodTemplateSpec): History {
  const ordered = [...revisions].sort(byNumber);
  return {
    current: ordered.filter((revision) => holdsTemplate(revision, template)),
    others: ordered.filter((revision) => !holdsTemplate(revision, template)),
  };
}

/** Returns the number that follows the highest one. */
export const nextNumber = (revisions: readonly Revision[]): number => revisions.reduce((most, revision) => Math.max(most, numberOf(revision)), 0) + 1;
