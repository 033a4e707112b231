import { isKind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { qualifiedNameFaults } from '../../../api/validation/name-rules.ts';
import { createBoundedMap } from '../../../base/bounded-map.ts';
import type { Credentials } from '../../../runtime/client/credentials.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
import { forbidden } from '../admitted.ts';
import type { ImageReviewSpec, ImageReviewStatus } from './image-policy-backend.ts';
import { imageReviewer } from './image-policy-backend.ts';
import type { ImagePolicyConfiguration } from './image-policy-configuration.ts';
import type { OptionalPlugin } from './optional-plugin.ts';

const AUDIT_PREFIX = 'imagepolicywebhook.image-policy.k8s.io/';
const POD_ANNOTATION = '.image-policy.k8s.io/';
const EPHEMERAL = 'ephemeralcontainers';
const CACHE_SIZE = 1_024;

function specOf({ object, subresource, key }: AdmissionAttributes): ImageReviewSpec {
  const { metadata, spec } = object as Pod;
  const containers = subresource === EPHEMERAL ? spec?.ephemeralContainers : [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([name]) => name.includes(POD_ANNOTATION));
  return {
    ...(containers?.length ? { containers: containers.map(({ image }) => ({ image })) } : {}),
    ...(annotations.length > 0 ? { annotations: Object.fromEntries(annotations) } : {}),
    namespace: key.namespace,
  };
}

/**
 * Asks a webhook, which a kubeconfig names, whether the images of pods may run, and remembers its answers for a time
 * (plugin/pkg/admission/imagepolicy).
 */
export const imagePolicyWebhook =
  (configuration: ImagePolicyConfiguration, credentials: Credentials): OptionalPlugin =>
  ({ clock }) => {
    const { allowMs, denyMs, retryMs, defaultAllow } = configuration;
    const ask = imageReviewer(credentials, retryMs, clock);
    const answers = createBoundedMap<{ readonly status: ImageReviewStatus; readonly until: number }>(CACHE_SIZE);

    /** Returns what the webhook says, or said a short time ago; undefined if it cannot be asked and pods are admitted then. @throws StatusError 403 */
    async function statusFor(attributes: AdmissionAttributes): Promise<ImageReviewStatus | undefined> {
      const spec = specOf(attributes);
      const id = JSON.stringify(spec);
      const known = answers.get(id);
      if (known && clock.monotonic() < known.until) return known.status;
      try {
        const status = await ask(spec, attributes.signal);
        answers.set(id, { status, until: clock.monotonic() + (status.allowed ? allowMs : denyMs) });
        return status;
      } catch (error) {
        if (!defaultAllow) throw forbidden(attributes, error instanceof Error ? error.message : String(error));
        attributes.annotate(`${AUDIT_PREFIX}failed-open`, 'true');
        return undefined;
      }
    }

    return {
      name: 'ImagePolicyWebhook',
      handles: (kind, subresource, verb) =>
        isKind(kind, pods) && (subresource === '' || subresource === EPHEMERAL) && (verb === 'create' || verb === 'update'),
      async validate(attributes) {
        const status = await statusFor(attributes);
        if (!status) return;
        for (const [name, value] of Object.entries(status.auditAnnotations)) {
          const key = `${AUDIT_PREFIX}${name}`;
          if (qualifiedNameFaults(key).length === 0) attributes.annotate(key, value);
        }
        if (status.allowed) return;
        const why = status.reason ? `image policy webhook backend denied one or more images: ${status.reason}` : undefined;
        throw forbidden(attributes, why ?? 'one or more images rejected by webhook backend');
      },
    };
  };
