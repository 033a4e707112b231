import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { featuresNeeded, featuresNeededToUpdate, missingFeatures } from '../../../api/pod/spec/node-features.ts';
import type { NodeAbilities } from '../../contract/node-abilities.ts';
import type { WorkerNode } from '../worker/action-performer.ts';
import type { Rejection } from './rejection.ts';

const messageOf = (missing: readonly string[]): string => `Pod requires node features that are not available: ${missing.join(', ')}`;

/**
 * Refuses a pod that needs features which the node does not declare (pkg/kubelet/lifecycle/handlers.go). Returns undefined if it needs none.
 */
export function refuseForFeatures({ spec }: Pod, { declaredFeatures }: NodeAbilities): Rejection | undefined {
  const missing = spec ? missingFeatures(featuresNeeded(spec), declaredFeatures) : [];
  return missing.length > 0 ? { reason: 'PodFeatureUnsupported', message: messageOf(missing) } : undefined;
}

/** Warns of a change of a pod that needs features which the node does not declare; an API server that knows of them admits no such change. */
export function warnOfFeatures({ abilities, recorder }: Pick<WorkerNode, 'abilities' | 'recorder'>, pod: Live<Pod>, old: Live<Pod>): void {
  if (!pod.spec || !old.spec || pod.metadata.generation === old.metadata.generation) return;
  const missing = missingFeatures(featuresNeededToUpdate(pod.spec, old.spec), abilities.declaredFeatures);
  if (missing.length > 0) recorder.event(pod, 'Warning', 'FailedNodeDeclaredFeaturesCheck', messageOf(missing));
}
