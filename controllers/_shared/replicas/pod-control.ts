import type { Kind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isNotFound } from '../../../api/meta/status-error.ts';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { controllerRefTo } from '../../../runtime/control/controller-ref.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { generateNameFor } from '../generate-name.ts';
import { isNamespaceTerminating, messageOf } from '../refusals.ts';
import { createTurns } from './turns.ts';

/** Returns a pod of the template, controlled by its owner. Its name begins with `prefix`, by default with the owner's. */
export function podFromTemplate(
  owners: Kind,
  owner: Live<KubeObject>,
  template: PodTemplateSpec | undefined,
  prefix = generateNameFor(owner.metadata.name),
): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      generateName: prefix,
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      ownerReferences: [controllerRefTo(owners, owner)],
    },
    ...(template?.spec ? { spec: template.spec } : {}),
  };
}

/** Enough to fill a group commit of the store, or the latency of a network. */
const CALLS_AT_ONCE = 32;

/** Creates and deletes pods for an owner, and records an event on the owner for each. */
export interface PodControl {
  /**
   * @param prefix the beginning of the pod's name. Default: the owner's name
   * @throws StatusError as the server answered
   */
  create(owner: Live<KubeObject>, template: PodTemplateSpec | undefined, prefix?: string): Promise<void>;
  /** Deletes that very pod. @throws StatusError as the server answered, NotFound for a pod that is deleted already */
  delete(owner: Live<KubeObject>, pod: Live<Pod>): Promise<void>;
}

export function createPodControl(env: Pick<ControllerEnv, 'client' | 'recorder' | 'clock'>, owners: Kind, pods: Kind<Pod>): PodControl {
  const turn = createTurns(CALLS_AT_ONCE, env.clock);
  return {
    create: (owner, template, prefix) =>
      turn(async () => {
        try {
          const pod = await env.client.create(pods, podFromTemplate(owners, owner, template, prefix));
          env.recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
        } catch (error) {
          if (!isNamespaceTerminating(error)) env.recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
          throw error;
        }
      }),
    delete: (owner, pod) =>
      turn(async () => {
        try {
          await env.client.delete(pods, keyOf(pod), { preconditions: { uid: pod.metadata.uid } });
          env.recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
        } catch (error) {
          if (!isNotFound(error)) env.recorder.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
          throw error;
        }
      }),
  };
}
