import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import { admitted, handlesOnly } from '../admitted.ts';

const SECONDS = 300;
const NO_EXECUTE = 'NoExecute';
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Lets pods stay for five minutes on a node that is not ready or not reachable, unless they say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: handlesOnly(pods, 'create', 'update'),
  admit(attributes) {
    const spec = admitted(pods, attributes)?.object.spec;
    if (!spec) return;
    for (const key of TAINTS) {
      const tolerated = spec.tolerations?.some((one) => (!one.key || one.key === key) && (!one.effect || one.effect === NO_EXECUTE));
      if (tolerated) continue;
      spec.tolerations = [...(spec.tolerations ?? []), { key, operator: 'Exists', effect: NO_EXECUTE, tolerationSeconds: SECONDS }];
    }
  },
};
