import type { DeletionRules } from '../../../definition/deletion.ts';
import type { Pod } from './schema.ts';

const DEFAULT_SECONDS = 30;

/**
 * A pod that runs on a node is given time to end; its node deletes it for good. One without a node, or that has ended, goes at once
 * (registry/core/pod/strategy.go, CheckGracefulDelete).
 */
export const podDeletion: DeletionRules = {
  returnsObject: true,
  gracePeriodSeconds({ spec, status }: Pod, asked) {
    if (!spec?.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
    const seconds = Number(asked ?? spec.terminationGracePeriodSeconds ?? DEFAULT_SECONDS);
    return seconds < 0 ? 1 : seconds;
  },
};
