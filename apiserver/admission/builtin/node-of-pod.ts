import type { Node } from '../../../api/kinds/core/node/index.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { forbidden } from '../admitted.ts';

/** Returns the node that a pod is bound to. @throws StatusError 403 if there is none of that name */
export function nodeOfPod(objects: StorageAccess, attributes: AdmissionAttributes, name: string): Live<Node> {
  const node = objects.get(nodes, { namespace: '', name });
  if (!node) throw forbidden(attributes, `node ${JSON.stringify(name)} not found`);
  return node;
}
