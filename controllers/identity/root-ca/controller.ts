import type { Kind } from '../../../api/definition/kind.ts';
import type { ConfigMap } from '../../../api/kinds/core/config-map.ts';
import type { Namespace } from '../../../api/kinds/core/namespace.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { sameText } from '../../_shared/pod-state.ts';
import { isNamespaceTerminating } from '../../_shared/refusals.ts';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION = {
  'kubernetes.io/description': 'The certificates by which pods verify the API server at its internal addresses; not meant for anything else.',
};

/** Publishes the cluster's CA certificates in every namespace, for pods to mount beside their token. */
export function rootCaController(kinds: { namespaces: Kind<Namespace>; configMaps: Kind<ConfigMap> }, rootCaPem: string): ControllerDefinition {
  const data = { 'ca.crt': rootCaPem };
  return {
    name: 'root-ca-certificate-publisher-controller',
    component: 'root-ca-certificate-publisher',
    concurrency: 1,
    setup(env) {
      const namespaces = env.informers.of(kinds.namespaces);
      const configMaps = env.informers.of(kinds.configMaps);
      namespaces.on({ add: (namespace) => env.enqueue(keyOf(namespace)) });
      const restore = (configMap: ConfigMap) => {
        if (configMap.metadata?.name === NAME) env.enqueue({ namespace: '', name: configMap.metadata.namespace ?? '' });
      };
      configMaps.on({ update: restore, delete: restore });
      return {
        needs: [namespaces, configMaps],
        async reconcile(key) {
          const namespace = namespaces.get(key);
          if (namespace === undefined || isDeleting(namespace)) return DONE;
          const there = configMaps.get({ namespace: key.name, name: NAME });
          if (there && sameText(there.data, data) && there.binaryData === undefined) return DONE;
          try {
            if (there) {
              const { binaryData: _, ...kept } = there;
              await env.client.update(kinds.configMaps, {
                ...kept,
                metadata: { ...there.metadata, annotations: { ...there.metadata.annotations, ...DESCRIPTION } },
                data,
              });
            } else {
              await env.client.create(kinds.configMaps, { metadata: { name: NAME, namespace: key.name, annotations: { ...DESCRIPTION } }, data });
            }
          } catch (error) {
            if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
          }
          return DONE;
        },
      };
    },
  };
}
