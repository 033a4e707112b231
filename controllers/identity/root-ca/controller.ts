import type { Kind } from '../../../api/definition/kind.ts';
import type { ConfigMap } from '../../../api/kinds/core/config-map.ts';
import type { Namespace } from '../../../api/kinds/core/namespace.ts';
import type { Live } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { measured } from '../../../runtime/observe/measured.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { sameText } from '../../_shared/pod-state.ts';
import { isNamespaceTerminating } from '../../_shared/refusals.ts';
import { rootCaSyncs } from './metrics.ts';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION = {
  'kubernetes.io/description': 'The certificates by which pods verify the API server at its internal addresses; not meant for anything else.',
};

/** Publishes the cluster's CA certificates in every namespace, for pods to mount beside their token. */
export function rootCaController(kinds: { namespaces: Kind<Namespace>; configMaps: Kind<ConfigMap> }, rootCaPem: string): ControllerDefinition {
  const isPublished = ({ metadata }: Live<ConfigMap>) => metadata.name === NAME;
  return {
    name: 'root-ca-certificate-publisher-controller',
    component: 'root-ca-certificate-publisher',
    concurrency: 1,
    for: primary(kinds.namespaces, { when: { create: true }, priority: 'normal' }),
    watches: [
      watched(kinds.configMaps, {
        when: { update: isPublished, delete: isPublished },
        map: ({ metadata }) => ({ namespace: '', name: metadata.namespace ?? '' }),
      }),
    ],
    reconcile: ({ client, clock, informers, registry }) => {
      const synced = rootCaSyncs(registry);
      const namespaces = informers.of(kinds.namespaces);
      const configMaps = informers.of(kinds.configMaps);
      const publish = async (namespace: string, there: Live<ConfigMap> | undefined) => {
        try {
          if (there === undefined) await client.create(kinds.configMaps, configMapIn(namespace, rootCaPem));
          else if (!holds(there, rootCaPem)) await client.update(kinds.configMaps, corrected(there, rootCaPem));
        } catch (error) {
          if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
        }
      };
      return async (key) => {
        const namespace = namespaces.get(key);
        if (namespace === undefined || isDeleting(namespace)) return DONE;
        const there = configMaps.get({ namespace: key.name, name: NAME });
        await measured(clock, () => publish(key.name, there), synced);
        return DONE;
      };
    },
  };
}

const dataOf = (rootCaPem: string) => ({ 'ca.crt': rootCaPem });

const configMapIn = (namespace: string, rootCaPem: string): ConfigMap => ({
  metadata: { name: NAME, namespace, annotations: { ...DESCRIPTION } },
  data: dataOf(rootCaPem),
});

const holds = ({ data, binaryData }: ConfigMap, rootCaPem: string): boolean => sameText(data, dataOf(rootCaPem)) && binaryData === undefined;

function corrected({ binaryData: _, ...kept }: Live<ConfigMap>, rootCaPem: string): ConfigMap {
  return { ...kept, metadata: { ...kept.metadata, annotations: { ...kept.metadata.annotations, ...DESCRIPTION } }, data: dataOf(rootCaPem) };
}
