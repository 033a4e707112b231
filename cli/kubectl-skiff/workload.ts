import type { Kind } from '../../api/definition/kind.ts';
import type { Deployment } from '../../api/kinds/apps/deployment.ts';
import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { PodTemplateSpec } from '../../api/pod/template/pod-template.ts';

type PodSpec = NonNullable<PodTemplateSpec['spec']>;

/** The fields that the commands read of workloads, services and quotas, whatever their kind. */
export interface Workload extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly paused?: boolean;
    /** A map of labels for ReplicationControllers and Services. */
    readonly selector?: LabelSelector | Readonly<Record<string, string>>;
    readonly template?: PodTemplateSpec;
    /** A pod's own. */
    readonly containers?: PodSpec['containers'];
    readonly initContainers?: PodSpec['initContainers'];
    readonly type?: string;
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
  };
  readonly status?: NonNullable<Deployment['status']> & {
    readonly currentReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}

/** An object that a command works on. */
export interface Target {
  readonly kind: Kind<Workload>;
  readonly object: Live<Workload>;
}

/** Names an object as kubectl prints it: `deployment.apps/web`, `pod/web`. */
export const nameOf = ({ kind, group }: { kind: string; group: string }, name: string | undefined): string =>
  `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${name}`;

/** Names a kind as kubectl's errors do: `ReplicaSet.apps`. */
export const groupKind = ({ kind, group }: { kind: string; group: string }): string => (group === '' ? kind : `${kind}.${group}`);
