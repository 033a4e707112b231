import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { isImageReference, pullPolicyOf } from '../../api/pod/image/image-reference.ts';
import type { Clock } from '../../base/clock.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { ImagePuller } from '../contract/image-puller.ts';
import { ImageError } from '../contract/image-puller.ts';
import type { ContainerRuntime, Image, RegistryCredentials } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import { containerEvent, simulatedEvent } from '../spec/container-events.ts';
import { durationOf } from './pull-duration.ts';

export interface ImagePullerOptions {
  readonly runtime: ContainerRuntime;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** Credentials for a reference, from the pod's imagePullSecrets; tried one after the other, then none. */
  readonly credentials: (pod: Live<Pod>, reference: string) => Promise<readonly RegistryCredentials[]>;
}

const INITIAL_BACKOFF_MS = 10_000;
const MAX_BACKOFF_MS = 300_000;

interface Failure {
  readonly delayMs: number;
  readonly until: number;
  readonly message: string;
}

export function createImagePuller({ runtime, recorder, clock, credentials }: ImagePullerOptions): ImagePuller {
  /** By pod and image. */
  const failures = new Map<string, Failure>();
  /** By image and credentials: what one pod may read, another may not. */
  const pulls = new Map<string, Promise<void>>();

  const tellPulled = (pod: Live<Pod>, container: Container, message: string) => containerEvent(recorder, pod, container, 'Normal', 'Pulled', message);

  const pull = async (pod: Live<Pod>, reference: string): Promise<void> => {
    const candidates = [...(await credentials(pod, reference)), undefined];
    const key = JSON.stringify([reference, candidates]);
    const running = pulls.get(key);
    if (running) return running;
    const attempt = (async () => {
      let failure: unknown;
      for (const candidate of candidates) {
        try {
          await runtime.pullImage(reference, candidate);
          return;
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    })().finally(() => pulls.delete(key));
    pulls.set(key, attempt);
    return attempt;
  };

  const pullWithBackoff = async (pod: Live<Pod>, container: Container, reference: string): Promise<Image> => {
    const key = `${pod.metadata.uid}/${reference}`;
    const earlier = failures.get(key);
    if (earlier && earlier.until > clock.now()) {
      containerEvent(recorder, pod, container, 'Normal', 'BackOff', `Back-off pulling image "${reference}"`);
      throw new ImageError('ImagePullBackOff', `Back-off pulling image "${reference}": ErrImagePull: ${earlier.message}`, earlier.until);
    }
    containerEvent(recorder, pod, container, 'Normal', 'Pulling', `Pulling image "${reference}"`);
    const start = clock.now();
    try {
      await pull(pod, reference);
    } catch (error) {
      const message = pullProblem(error);
      const delayMs = earlier ? Math.min(MAX_BACKOFF_MS, earlier.delayMs * 2) : INITIAL_BACKOFF_MS;
      failures.set(key, { delayMs, until: clock.now() + delayMs, message });
      containerEvent(recorder, pod, container, 'Warning', 'Failed', `Failed to pull image "${reference}": ${message}`);
      // The status says ErrImagePull for a moment, then that it waits.
      throw new ImageError('ErrImagePull', message, clock.now() + 1_000);
    }
    failures.delete(key);
    const image = await runtime.image(reference);
    if (!image) throw new ImageError('ImageInspectError', `image "${reference}" is not there after it was pulled`, clock.now() + INITIAL_BACKOFF_MS);
    const took = durationOf(clock.now() - start);
    const size = `Image size: ${image.sizeBytes} bytes.`;
    tellPulled(pod, container, `Successfully pulled image "${reference}" in ${took} (${took} including waiting). ${size}`);
    return image;
  };

  return {
    async ensure(pod, container) {
      const reference = container.image ?? '';
      const policy = container.imagePullPolicy ?? pullPolicyOf(reference);
      if (!isImageReference(reference)) {
        const problem = `Failed to apply default image tag "${reference}": couldn't parse image name "${reference}": invalid reference format`;
        // Manifests in a project's source name images in ways that its build alone resolves, such as ko://; a simulated node pulls none.
        const pretended = runtime.simulated ? await runtime.image(reference) : undefined;
        if (pretended) {
          simulatedEvent(recorder, pod, container, problem);
          return pretended;
        }
        containerEvent(recorder, pod, container, 'Warning', 'InspectFailed', problem);
        throw new ImageError('InvalidImageName', problem, clock.now() + MAX_BACKOFF_MS);
      }
      const present = policy === 'Always' ? undefined : await runtime.image(reference);
      if (present) {
        tellPulled(pod, container, `Container image "${reference}" already present on machine and can be accessed by the pod`);
        return present;
      }
      if (policy === 'Never') {
        const problem = `Container image "${reference}" is not present with pull policy of Never`;
        containerEvent(recorder, pod, container, 'Warning', 'ErrImageNeverPull', problem);
        throw new ImageError('ErrImageNeverPull', problem, clock.now() + INITIAL_BACKOFF_MS);
      }
      return pullWithBackoff(pod, container, reference);
    },
    forget(podUid) {
      for (const key of failures.keys()) if (key.startsWith(`${podUid}/`)) failures.delete(key);
    },
  };
}

/** Of an error without a code of its own, only the description is shown: `failed to pull and unpack image …`. */
function pullProblem(error: unknown): string {
  if (error instanceof RuntimeError && error.code === 'Unknown') return error.description;
  return error instanceof Error ? error.message : String(error);
}
