import { conditionOf } from '../../controllers/_shared/conditions.ts';
import type { Target, Workload } from './workload.ts';
import { groupKind } from './workload.ts';

/** One line about a rollout, and whether it is over. */
export interface RolloutStatus {
  readonly text: string;
  readonly done: boolean;
}

/**
 * Tells how far a rollout is, in the words of `kubectl rollout status`.
 * @param revision pins the rollout to this revision; 0 for the latest
 * @throws Error if the rollout failed, or the kind has none
 */
export function rolloutStatus({ kind, object }: Target, revision: number): RolloutStatus {
  switch (kind.kind) {
    case 'Deployment':
      return deploymentStatus(object, revision);
    case 'DaemonSet':
      return daemonSetStatus(object);
    case 'StatefulSet':
      return statefulSetStatus(object);
    default:
      throw new Error(`no status viewer has been implemented for ${groupKind(kind)}`);
  }
}

const waiting = (text: string): RolloutStatus => ({ text: `${text}\n`, done: false });
const over = (text: string): RolloutStatus => ({ text: `${text}\n`, done: true });
const isObserved = ({ metadata, status }: Workload): boolean => (metadata?.generation ?? 0) <= (status?.observedGeneration ?? 0);

function deploymentStatus(object: Workload, revision: number): RolloutStatus {
  const { metadata, spec, status = {} } = object;
  const name = JSON.stringify(metadata?.name);
  if (revision > 0) {
    const running = Number(metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
    if (running !== revision) throw new Error(`desired revision (${revision}) is different from the running revision (${running})`);
  }
  if (!isObserved(object)) return waiting('Waiting for deployment spec update to be observed...');
  if (conditionOf(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded')
    throw new Error(`deployment ${name} exceeded its progress deadline`);
  const { replicas = 0, updatedReplicas: updated = 0, availableReplicas: available = 0 } = status;
  const waits = (text: string) => waiting(`Waiting for deployment ${name} rollout to finish: ${text}...`);
  if (spec?.replicas !== undefined && updated < spec.replicas) return waits(`${updated} out of ${spec.replicas} new replicas have been updated`);
  if (replicas > updated) return waits(`${replicas - updated} old replicas are pending termination`);
  if (available < updated) return waits(`${available} of ${updated} updated replicas are available`);
  return over(`deployment ${name} successfully rolled out`);
}

function checkRolling({ spec }: Workload): void {
  if (spec?.updateStrategy?.type !== 'RollingUpdate') throw new Error('rollout status is only available for RollingUpdate strategy type');
}

function daemonSetStatus(object: Workload): RolloutStatus {
  checkRolling(object);
  const { metadata, status = {} } = object;
  const name = JSON.stringify(metadata?.name);
  if (!isObserved(object)) return waiting('Waiting for daemon set spec update to be observed...');
  const { desiredNumberScheduled: desired = 0, updatedNumberScheduled: updated = 0, numberAvailable: available = 0 } = status;
  const waits = (text: string) => waiting(`Waiting for daemon set ${name} rollout to finish: ${text}...`);
  if (updated < desired) return waits(`${updated} out of ${desired} new pods have been updated`);
  if (available < desired) return waits(`${available} of ${desired} updated pods are available`);
  return over(`daemon set ${name} successfully rolled out`);
}

function statefulSetStatus(object: Workload): RolloutStatus {
  checkRolling(object);
  const { spec, status = {} } = object;
  const { readyReplicas: ready = 0, updatedReplicas: updated = 0 } = status;
  if (!status.observedGeneration || !isObserved(object)) return waiting('Waiting for statefulset spec update to be observed...');
  if (spec?.replicas !== undefined && ready < spec.replicas) return waiting(`Waiting for ${spec.replicas - ready} pods to be ready...`);
  const rolling = spec?.updateStrategy?.rollingUpdate;
  if (rolling) {
    const wanted = (spec?.replicas ?? 0) - (rolling.partition ?? 0);
    if (rolling.partition !== undefined && updated < wanted)
      return waiting(`Waiting for partitioned roll out to finish: ${updated} out of ${wanted} new pods have been updated...`);
    return over(`partitioned roll out complete: ${updated} new pods have been updated...`);
  }
  if (status.updateRevision !== status.currentRevision)
    return waiting(`waiting for statefulset rolling update to complete ${updated} pods at revision ${status.updateRevision}...`);
  return over(`statefulset rolling update complete ${status.currentReplicas ?? 0} pods at revision ${status.currentRevision}...`);
}
