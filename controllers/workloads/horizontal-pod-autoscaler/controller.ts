import type { Kind } from '../../../api/definition/kind.ts';
import type { HorizontalPodAutoscaler } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { keyOf } from '../../../api/meta/object.ts';
import type { ControllerDefinition, Reconcile } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import type { AutoscalerSettings } from './settings.ts';
import { AUTOSCALER_DEFAULTS } from './settings.ts';

export interface HorizontalPodAutoscalerKinds {
  readonly autoscalers: Kind<HorizontalPodAutoscaler>;
  readonly pods: Kind<Pod>;
  /** Returns every kind that is served: any of them with a scale may be a target. */
  readonly served: () => readonly Kind[];
}

/**
 * Scales what HorizontalPodAutoscalers point at by their metrics (pkg/controller/podautoscaler). Each is looked at once per sync period, and
 * first one period after it appears. What does the work is loaded with the first of them.
 */
export function horizontalPodAutoscalerController(
  kinds: HorizontalPodAutoscalerKinds,
  settings: Partial<AutoscalerSettings> = {},
): ControllerDefinition {
  const all = { ...AUTOSCALER_DEFAULTS, ...settings };
  return {
    name: 'horizontal-pod-autoscaler-controller',
    component: 'horizontal-pod-autoscaler',
    concurrency: 5,
    setup(env) {
      const parts = {
        env,
        autoscalers: env.informers.of(kinds.autoscalers),
        pods: env.informers.of(kinds.pods),
        served: kinds.served,
        settings: all,
      };
      let loading: Promise<Reconcile> | undefined;
      const load = () => {
        loading ??= import('./reconcile.ts').then(({ createAutoscalerReconcile }) => createAutoscalerReconcile(parts));
        return loading;
      };
      return {
        for: primary(kinds.autoscalers, { when: { delete: true } }),
        watches: [watched(kinds.autoscalers, { when: { create: true, update: true }, map: keyOf, afterMs: all.syncPeriodMs })],
        needs: [parts.pods],
        reconcile: async (key, context) => (await load())(key, context),
      };
    },
  };
}
