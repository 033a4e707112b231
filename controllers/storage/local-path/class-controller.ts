import type { Kind } from '../../../api/definition/kind.ts';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { StorageClass } from '../../../api/kinds/storage/storage-class.ts';
import { defaultClassOf } from '../../../api/kinds/storage/storage-class.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { CLASS, PROVISIONER } from './names.ts';

export interface LocalPathClassKinds {
  readonly nodes: Kind<Node>;
  readonly storageClasses: Kind<StorageClass>;
}

/** The class whose volumes are directories on nodes. It is the default unless there is another one. */
const localPathClass = (isDefault: boolean): StorageClass => ({
  metadata: { name: CLASS, ...(isDefault ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {}) },
  provisioner: PROVISIONER,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
});

/**
 * Creates the StorageClass `local-path` once the cluster has a node: a server without nodes has no storage to offer. A class of that name
 * that is there stays as it is; one that is deleted stays away until the controllers start anew.
 */
export function localPathClassController(kinds: LocalPathClassKinds): ControllerDefinition {
  return {
    name: 'local-path-class-controller',
    component: PROVISIONER,
    concurrency: 1,
    setup(env) {
      const storageClasses = env.informers.of(kinds.storageClasses);
      let isDone = false;
      return {
        for: primary(kinds.nodes, { when: { create: () => !isDone } }),
        needs: [storageClasses],
        async reconcile() {
          if (isDone) return DONE;
          if (!storageClasses.get({ namespace: '', name: CLASS })) {
            try {
              await env.client.create(storageClasses.kind, localPathClass(defaultClassOf(storageClasses.list()) === undefined));
            } catch (error) {
              if (!isAlreadyExists(error)) throw error;
            }
          }
          isDone = true;
          return DONE;
        },
      };
    },
  };
}
