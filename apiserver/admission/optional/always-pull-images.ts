import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { StatusError } from '../../../api/meta/status-error.ts';
import { eachContainer } from '../../../api/pod/spec/pod-containers.ts';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import { fieldErrorText, notSupported } from '../../../api/schema/field-error.ts';
import { admitted, forbidden, handlesOnly, joined } from '../admitted.ts';
import type { OptionalPlugin } from './optional-plugin.ts';

const ALWAYS = 'Always';

function imagesOf(spec: PodSpec | undefined): Set<string | undefined> {
  const images = new Set<string | undefined>();
  if (spec) eachContainer(spec, ({ image }) => void images.add(image));
  return images;
}

/** Returns the spec of a pod that is created, or that gets an image which it did not have; undefined if neither. */
function specWithNewImages(pod: Pod, old: Pod | undefined): PodSpec | undefined {
  if (!old) return pod.spec;
  const before = imagesOf(old.spec);
  return [...imagesOf(pod.spec)].every((image) => before.has(image)) ? undefined : pod.spec;
}

/**
 * Has the images of new pods pulled at every start, image volumes included, so that a pod runs private images only with the secrets for them.
 * A pod that a later plugin gives another policy is refused, as upstream does, without a reason and with the code 500
 * (plugin/pkg/admission/alwayspullimages).
 */
export const alwaysPullImages: OptionalPlugin = () => ({
  name: 'AlwaysPullImages',
  handles: handlesOnly(pods, 'create', 'update'),
  admit(attributes) {
    const write = admitted(pods, attributes);
    const spec = write && specWithNewImages(write.object, write.old);
    if (!spec) return;
    eachContainer(spec, (container) => {
      container.imagePullPolicy = ALWAYS;
    });
    for (const { image } of spec.volumes ?? []) if (image) image.pullPolicy = ALWAYS;
  },
  validate(attributes) {
    const write = admitted(pods, attributes);
    const spec = write && specWithNewImages(write.object, write.old);
    if (!spec) return;
    const faults: string[] = [];
    const check = (field: string, policy: string | undefined) => {
      if (policy === ALWAYS) return;
      faults.push(forbidden(attributes, fieldErrorText(notSupported(field, policy ?? '', [ALWAYS]))).message);
    };
    eachContainer(spec, ({ imagePullPolicy }, list, i) => check(`spec.${list}[${i}].imagePullPolicy`, imagePullPolicy));
    spec.volumes?.forEach(({ image }, i) => {
      if (image) check(`spec.volumes[${i}].image.pullPolicy`, image.pullPolicy);
    });
    if (faults.length > 0) throw new StatusError('', joined(faults));
  },
});
