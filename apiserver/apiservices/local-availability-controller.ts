import type { APIService } from '../../api/kinds/apiregistration/index.ts';
import { apiServices, LOCAL, withAvailability } from '../../api/kinds/apiregistration/index.ts';
import type { DeclaredController } from '../../runtime/control/controller.ts';
import { primary } from '../../runtime/control/primary.ts';
import { DONE } from '../../runtime/queue/result.ts';

const NAME = 'LocalAvailabilityController';

const isAmiss = (apiService: APIService): boolean =>
  !apiService.spec?.service && withAvailability(apiService, LOCAL, 0) !== apiService.status?.conditions;

/** Keeps the condition of the versions that this server serves itself: always available (k8s.io/kube-aggregator/pkg/controllers/status/local). */
export const localAvailabilityController: DeclaredController = {
  name: NAME,
  component: NAME,
  concurrency: 5,
  for: primary(apiServices, { when: { create: isAmiss, update: isAmiss } }),
  reconcile:
    ({ client, informers, clock }) =>
    async (key) => {
      const apiService = informers.of(apiServices).get(key);
      if (!apiService || !isAmiss(apiService)) return DONE;
      const conditions = withAvailability(apiService, LOCAL, clock.now());
      await client.update(apiServices, { ...apiService, status: { conditions } }, { subresource: 'status' });
      return DONE;
    },
};
