import type { Kind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { LabelSelector } from '../../../api/meta/label-selector.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ReplicaOwner } from './plan.ts';

/** The kinds that one replica controller works on, and how they differ. */
export interface ReplicaKinds<T extends ReplicaOwner> {
  readonly owners: Kind<T>;
  readonly pods: Kind<Pod>;
  /** Returns undefined if the object selects nothing. */
  selectorOf(owner: Live<T>): LabelSelector | undefined;
  /** Whether the status counts terminating pods. */
  readonly countsTerminating: boolean;
}
