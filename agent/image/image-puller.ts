import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { isImageReference, pullPolicyOf } from '../../api/pod/image/image-reference.ts';
import type { Clock } from '../../base/clock.ts';
import { createLimitedRuns } from '../../base/limited-runs.ts';
import { createSharedRuns } from '../../base/shared-runs.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { ImagePuller, ImageWish } from '../contract/image-puller.ts';
import { ImageError } from '../contract/image-puller.ts';
import type { ContainerRuntime, Image, RegistryCredentials } from '../contract/runtime.ts';
import { RuntimeError } from '../contract/runtime.ts';
import { containerEvent, simulatedEvent } from '../spec/container-events.ts';
import type { ImageMetrics } from './image-metrics.ts';
import { noImageMetrics } from './image-metrics.ts';
import type { CredentialSource, PodCredentials, TrackedCredentials } from './pod-credentials.ts';
import { durationOf } from './pull-duration.ts';
import type { PullRecords } from './pull-records.ts';
import { createPullTimes } from './pull-times.ts';
import type { PodHoldings, PullCredentials } from './pulled-record.ts';
import { FOR_ALL_PODS, ofSecret, ofServiceAccount } from './pulled-record.ts';

export interface ImagePullerOptions {
  readonly runtime: ContainerRuntime;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** The credentials for a reference that a pod may use, its own and the node's; tried one after the other. Without any the image is pulled without. */
  readonly credentials: (pod: Live<Pod>, reference: string) => Promise<PodCredentials>;
  readonly records: PullRecords;
  readonly metrics?: ImageMetrics;
  /** The most images that are pulled at once; default: any number. */
  readonly maxParallelPulls?: number | undefined;
}

const INITIAL_BACKOFF_MS = 10_000;
const MAX_BACKOFF_MS = 300_000;

interface Failure {
  readonly delayMs: number;
  readonly until: number;
  readonly message: string;
}

type PullOutcome =
  | {
      readonly id: string;
      /** The place of the credentials that succeeded; undefined if there were none. */
      readonly used: number | undefined;
      /** The time that it took once it had begun. */
      readonly tookMs: number;
    }
  | { readonly problem: string };

type Lookup = () => Promise<readonly TrackedCredentials[]>;

export function createImagePuller(options: ImagePullerOptions): ImagePuller {
  const { runtime, recorder, clock, credentials, records, metrics = noImageMetrics, maxParallelPulls = Number.POSITIVE_INFINITY } = options;
  /** By pod and image. */
  const failures = new Map<string, Failure>();
  const times = createPullTimes();
  /** By image and credentials: what one pod may read, another may not. */
  const share = createSharedRuns<PullOutcome>();
  const limited = createLimitedRuns(maxParallelPulls);

  const tell = (pod: Live<Pod>, { container }: ImageWish, type: 'Normal' | 'Warning', reason: string, message: string) => {
    if (container) containerEvent(recorder, pod, container, type, reason, message);
    else recorder.event(pod, type, reason, message);
  };

  /** Returns a function that looks for the pod's credentials at its first call. */
  const lookupFor = (pod: Live<Pod>, reference: string): Lookup => {
    let found: Promise<readonly TrackedCredentials[]> | undefined;
    const look = async () => {
      const { found: tracked, missing } = await credentials(pod, reference);
      if (missing.length > 0) {
        const problem = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
        recorder.event(pod, 'Warning', 'FailedToRetrieveImagePullSecret', problem);
      }
      return tracked;
    };
    return () => {
      found ??= look();
      return found;
    };
  };

  const attempt = async (reference: string, candidates: readonly RegistryCredentials[]): Promise<PullOutcome> => {
    const problems = new Set<string>();
    const start = clock.now();
    for (const [place, candidate] of (candidates.length > 0 ? candidates : [undefined]).entries()) {
      try {
        return { id: await runtime.pullImage(reference, candidate), used: candidate && place, tookMs: clock.now() - start };
      } catch (error) {
        problems.add(pullProblem(error));
      }
    }
    const [only = ''] = problems;
    return { problem: problems.size === 1 ? only : `[${[...problems].join(', ')}]` };
  };

  /** Pods that ask for an image at the same time with the same credentials share its pull. */
  const pull = (reference: string, candidates: readonly RegistryCredentials[]): Promise<PullOutcome> =>
    share(JSON.stringify([reference, candidates]), () => limited(() => attempt(reference, candidates)));

  /** Pulls an image, and records with which of the credentials. */
  const pullAndRecord = async (reference: string, tracked: readonly TrackedCredentials[]): Promise<PullOutcome> => {
    try {
      await records.intend(reference);
    } catch (error) {
      const problem = `Failed to record image pull intent for container image "${reference}": ${error instanceof Error ? error.message : String(error)}`;
      throw new ImageError('ErrImagePull', problem, clock.now() + INITIAL_BACKOFF_MS);
    }
    const outcome = await pull(
      reference,
      tracked.map((each) => each.credentials),
    );
    if ('problem' in outcome) await records.failed(reference);
    else {
      const used = outcome.used === undefined ? undefined : tracked[outcome.used];
      await records.pulled(reference, outcome.id, recordedOf(used?.source ?? 'node'));
    }
    return outcome;
  };

  const pullWithBackoff = async (pod: Live<Pod>, wish: ImageWish, lookup: Lookup): Promise<Image> => {
    const { reference } = wish;
    const key = `${pod.metadata.uid}/${reference}`;
    const earlier = failures.get(key);
    if (earlier && earlier.until > clock.now()) {
      tell(pod, wish, 'Normal', 'BackOff', `Back-off pulling image "${reference}"`);
      throw new ImageError('ImagePullBackOff', `Back-off pulling image "${reference}": ErrImagePull: ${earlier.message}`, earlier.until);
    }
    tell(pod, wish, 'Normal', 'Pulling', `Pulling image "${reference}"`);
    const start = clock.now();
    // The start of a pod is measured once.
    const isFirst = pod.status?.phase !== 'Running';
    if (isFirst) times.began(pod.metadata.uid, start);
    const outcome = await pullAndRecord(reference, await lookup());
    if ('problem' in outcome) {
      const message = outcome.problem;
      const delayMs = earlier ? Math.min(MAX_BACKOFF_MS, earlier.delayMs * 2) : INITIAL_BACKOFF_MS;
      failures.set(key, { delayMs, until: clock.now() + delayMs, message });
      tell(pod, wish, 'Warning', 'Failed', `Failed to pull image "${reference}": ${message}`);
      // The status says ErrImagePull for a moment, then that it waits.
      throw new ImageError('ErrImagePull', message, clock.now() + 1_000);
    }
    failures.delete(key);
    // The name may stand for another image by now.
    const image = await runtime.image(outcome.id);
    if (!image) throw new ImageError('ImageInspectError', `image "${reference}" is not there after it was pulled`, clock.now() + INITIAL_BACKOFF_MS);
    const waitedMs = clock.now() - start;
    if (isFirst) times.ended(pod.metadata.uid, clock.now());
    metrics.pulled(image.sizeBytes, waitedMs / 1000);
    // A pod that shares a pull may have come later than it began.
    const took = durationOf(Math.min(outcome.tookMs, waitedMs));
    const size = `Image size: ${image.sizeBytes} bytes.`;
    tell(pod, wish, 'Normal', 'Pulled', `Successfully pulled image "${reference}" in ${took} (${durationOf(waitedMs)} including waiting). ${size}`);
    return image;
  };

  return {
    async ensure(pod, wish) {
      const { reference, pullPolicy: policy = pullPolicyOf(reference) } = wish;
      if (!isImageReference(reference)) {
        const problem = `Failed to apply default image tag "${reference}": couldn't parse image name "${reference}": invalid reference format`;
        // Manifests in a project's source name images in ways that its build alone resolves, such as ko://; a simulated node pulls none.
        const pretended = runtime.simulated ? await runtime.image(reference) : undefined;
        if (pretended) {
          if (wish.container) simulatedEvent(recorder, pod, wish.container, problem);
          return pretended;
        }
        tell(pod, wish, 'Warning', 'InspectFailed', problem);
        throw new ImageError('InvalidImageName', problem, clock.now() + MAX_BACKOFF_MS);
      }
      const present = policy === 'Always' ? undefined : await runtime.image(reference);
      const lookup = lookupFor(pod, reference);
      const holdings = async () => holdingsOf(await lookup());
      const isUsable = present !== undefined && !(await records.mustPull(reference, present.id, holdings));
      if (present && isUsable) {
        metrics.ensured(policy, true, false);
        tell(pod, wish, 'Normal', 'Pulled', `Container image "${reference}" already present on machine and can be accessed by the pod`);
        return present;
      }
      if (policy === 'Never') {
        metrics.ensured(policy, present !== undefined, present && true);
        // The same words whether it is missing or the pod has no access: they do not tell that it is there.
        const problem = `Container image "${reference}" is not present with pull policy of Never`;
        tell(pod, wish, 'Warning', 'ErrImageNeverPull', problem);
        throw new ImageError('ErrImageNeverPull', problem, clock.now() + INITIAL_BACKOFF_MS);
      }
      metrics.ensured(policy, policy === 'Always' ? undefined : present !== undefined, true);
      return pullWithBackoff(pod, wish, lookup);
    },
    takePullMs: times.take,
    forget(podUid) {
      times.take(podUid);
      for (const key of failures.keys()) if (key.startsWith(`${podUid}/`)) failures.delete(key);
    },
  };
}

/** The node's credentials are for all its pods, and so is an image that was pulled with them, or with none. */
function recordedOf(source: CredentialSource): PullCredentials {
  if (source === 'node') return FOR_ALL_PODS;
  return 'secret' in source ? ofSecret(source.secret) : ofServiceAccount(source.serviceAccount);
}

const holdingsOf = (tracked: readonly TrackedCredentials[]): PodHoldings => ({
  secrets: tracked.flatMap(({ source }) => (source !== 'node' && 'secret' in source ? [source.secret] : [])),
  serviceAccounts: tracked.flatMap(({ source }) => (source !== 'node' && 'serviceAccount' in source ? [source.serviceAccount] : [])),
});

/** Of an error without a code of its own, only the description is shown: `failed to pull and unpack image …`. */
function pullProblem(error: unknown): string {
  if (error instanceof RuntimeError && error.code === 'Unknown') return error.description;
  return error instanceof Error ? error.message : String(error);
}
