import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';
import type { Kind } from '../../../api/definition/kind.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import { oncePer } from '../../../base/once-per.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { indexByClaim, podsOfClaim } from '../../_shared/pods-by-claim.ts';
import { messageOf } from '../../_shared/refusals.ts';
import { isOwnClaim, planClaims } from './plan.ts';

export interface EphemeralVolumeKinds {
  readonly pods: Kind<Pod>;
  readonly persistentVolumeClaims: Kind<PersistentVolumeClaim>;
}

const hasEphemeral = ({ metadata, spec }: Live<Pod>): boolean =>
  metadata.deletionTimestamp === undefined && (spec?.volumes?.some(({ ephemeral }) => ephemeral !== undefined) ?? false);

const creationMetrics = oncePer((registry: Registry) => {
  const registers = [registry];
  return {
    attempts: new Counter({ registers, name: 'ephemeral_volume_controller_create_total', help: 'Claims that were to be created.' }),
    failures: new Counter({ registers, name: 'ephemeral_volume_controller_create_failures_total', help: 'Claims that could not be created.' }),
  };
});

/** Makes the claims of generic ephemeral volumes (pkg/controller/volume/ephemeral). */
export function ephemeralVolumeController(kinds: EphemeralVolumeKinds): ControllerDefinition {
  return {
    name: 'ephemeral-volume-controller',
    component: 'ephemeral_volume',
    concurrency: 5,
    setup(env) {
      const pods = env.informers.of(kinds.pods);
      const claims = env.informers.of(kinds.persistentVolumeClaims);
      indexByClaim(pods);
      const { attempts, failures } = creationMetrics(env.registry);

      async function create(pod: Live<Pod>, claim: PersistentVolumeClaim): Promise<void> {
        attempts.inc();
        try {
          await env.client.create(claims.kind, claim);
        } catch (error) {
          // Made already, and the cache lags behind; or another one, as the next look shows.
          if (isAlreadyExists(error) && isOwnClaim(pod, await env.client.get(claims.kind, keyOf(claim)))) return;
          failures.inc();
          throw new Error(`create PVC ${claim.metadata?.name}: ${messageOf(error)}`);
        }
      }

      return {
        // The volumes of a pod never change, and its claims go with it.
        for: primary(kinds.pods, { when: { create: hasEphemeral } }),
        watches: [
          watched(kinds.persistentVolumeClaims, {
            when: { delete: true },
            map: (claim) => podsOfClaim(pods, keyOf(claim)).filter(hasEphemeral).map(keyOf),
          }),
        ],
        async reconcile(key) {
          const pod = pods.get(key);
          if (!pod) return DONE;
          for (const { volume, plan } of planClaims(pod, (name) => claims.get({ namespace: key.namespace, name }))) {
            try {
              if (plan.do === 'create') await create(pod, plan.claim);
              if (plan.do === 'refuse') throw new Error(plan.why);
            } catch (error) {
              env.recorder.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume}: ${messageOf(error)}`);
              throw error;
            }
          }
          return DONE;
        },
      };
    },
  };
}
