import { isKind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { featuresNeededToUpdate, missingFeatures } from '../../../api/pod/spec/node-features.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { forbidden } from '../admitted.ts';
import { nodeOfPod } from './node-of-pod.ts';

/** Refuses updates of a pod that its node cannot follow, for want of a feature. Texts are those of plugin/pkg/admission/nodedeclaredfeatures. */
export const nodeDeclaredFeatureValidator = (objects: StorageAccess): AdmissionPlugin => ({
  name: 'NodeDeclaredFeatureValidator',
  handles: (kind, subresource, verb) => verb === 'update' && isKind(kind, pods) && (subresource === '' || subresource === 'resize'),
  validate(attributes) {
    const { spec } = attributes.object as Pod;
    const { spec: old } = attributes.old as Pod;
    if (!spec?.nodeName || !old) return;
    const needed = featuresNeededToUpdate(spec, old);
    if (needed.length === 0) return;
    const missing = missingFeatures(needed, nodeOfPod(objects, attributes, spec.nodeName).status?.declaredFeatures);
    if (missing.length === 0) return;
    const where = `node ${JSON.stringify(spec.nodeName)}`;
    throw forbidden(attributes, `pod update requires features ${missing.join(', ')} which are not available on ${where}`);
  },
});
