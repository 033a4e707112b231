import type { Kind } from '../../../api/definition/kind.ts';
import type { CrossVersionObjectReference } from '../../../api/kinds/autoscaling/horizontal-pod-autoscaler/metrics.ts';
import type { Scale } from '../../../api/kinds/autoscaling/scale.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { messageOf } from '../../_shared/refusals.ts';
import { noMatch } from './metrics-client.ts';
import type { Fault } from './plan.ts';

/** The target of an autoscaler, with its scale as it is now. */
export interface ScaleTarget {
  readonly scale: Scale;
  /** @throws StatusError if the server refuses; Conflict if the target has changed since it was read */
  rescale(replicas: number): Promise<void>;
}

/** A target that cannot be scaled: `why` is what its event says. */
export interface NoTarget {
  readonly why: string;
  readonly fault: Fault;
}

/** Reads the scale of a target. It never rejects. */
export async function scaleTargetOf(
  client: Client,
  kindOf: (reference: CrossVersionObjectReference) => Kind | undefined,
  namespace: string,
  reference: CrossVersionObjectReference,
): Promise<ScaleTarget | NoTarget> {
  const { apiVersion = '', kind: named, name } = reference;
  if (apiVersion.split('/').length > 2) {
    const why = `unexpected GroupVersion string: ${apiVersion}`;
    return { why, fault: { message: `invalid API version in scale target reference: ${why}`, ofSpec: true } };
  }
  const kind = kindOf(reference);
  if (!kind) {
    const why = noMatch(reference);
    return { why, fault: { message: `unable to determine resource for scale target reference: ${why}`, ofSpec: false } };
  }
  try {
    const scale = await client.getSubresource<Scale>(kind, { namespace, name }, 'scale');
    return {
      scale,
      async rescale(replicas) {
        await client.update(kind as Kind<Scale>, { ...scale, spec: { ...scale.spec, replicas } }, { subresource: 'scale' });
      },
    };
  } catch (error) {
    const why = messageOf(error);
    return { why, fault: { message: `failed to query scale subresource for ${named}/${namespace}/${name}: ${why}`, ofSpec: false } };
  }
}
