import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';
import { SYSTEM_CRITICAL_PRIORITY } from '../../spec/critical-priority.ts';
import { isStatic } from '../sources/static-pods.ts';

/** Whether a node never ends a pod for a lack of resources: static pods, their mirrors, and those of a critical priority (pkg/kubelet/types/pod_update.go). */
export const isCritical = (pod: Pod): boolean =>
  isStatic(pod) || pod.metadata?.annotations?.[ANNOTATION.configMirror] !== undefined || (pod.spec?.priority ?? 0) >= SYSTEM_CRITICAL_PRIORITY;
