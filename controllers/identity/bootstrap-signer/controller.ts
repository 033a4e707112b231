import type { Kind } from '../../../api/definition/kind.ts';
import type { ConfigMap } from '../../../api/kinds/core/config-map.ts';
import type { Secret } from '../../../api/kinds/core/secret.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { signedData, signingToken } from './plan.ts';

/** The kubeconfig, without credentials, by which a joining machine learns the cluster's authority. */
const CLUSTER_INFO = { namespace: 'kube-public', name: 'cluster-info' };
const TOKENS = 'bootstrap tokens';
const ALL = 'all';

/** Signs ConfigMap kube-public/cluster-info with each bootstrap token that is meant for it, so that who has a token can trust its content. */
export function bootstrapSignerController(kinds: { configMaps: Kind<ConfigMap>; secrets: Kind<Secret> }): ControllerDefinition {
  const isClusterInfo = ({ metadata }: Live<ConfigMap>) => metadata.name === CLUSTER_INFO.name && metadata.namespace === CLUSTER_INFO.namespace;
  const isToken = (secret: Live<Secret>) => secret.type === 'bootstrap.kubernetes.io/token' && secret.metadata.namespace === 'kube-system';
  return {
    name: 'bootstrap-signer-controller',
    component: 'bootstrap-signer-controller',
    concurrency: 1,
    setup(env) {
      const configMaps = env.informers.of(kinds.configMaps);
      const secrets = env.informers.of(kinds.secrets);
      secrets.addIndex(TOKENS, (secret) => (isToken(secret) ? [ALL] : []));
      return {
        for: primary(kinds.configMaps, { when: { create: isClusterInfo, update: isClusterInfo }, priority: 'normal' }),
        watches: [watched(kinds.secrets, { when: isToken, map: () => CLUSTER_INFO })],
        async reconcile(key) {
          const configMap = configMaps.get(key);
          if (!configMap) return DONE;
          const now = env.clock.now();
          const tokens = new Map(
            secrets.byIndex(TOKENS, ALL).flatMap((secret) => [signingToken(secret, now)].filter((token) => token !== undefined)),
          );
          const data = signedData(configMap.data, tokens);
          if (data) await unlessGone(env.client.update(kinds.configMaps, { ...configMap, data }));
          return DONE;
        },
      };
    },
  };
}
