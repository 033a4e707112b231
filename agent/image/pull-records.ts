import { imageRepository } from '../../api/pod/image/image-reference.ts';
import type { Clock } from '../../base/clock.ts';
import { createKeyedTurns } from '../../base/keyed-turns.ts';
import type { Logger } from '../../base/log.ts';
import { fullImageName, parseImageName } from '../containerd/image-name.ts';
import type { Image } from '../contract/runtime.ts';
import type { PodHoldings, PullCredentials } from './pulled-record.ts';
import { accessTo, ofSecret, withCredentials } from './pulled-record.ts';
import type { RecordFiles } from './record-files.ts';
import type { ImageVerification } from './verification-policy.ts';
import { needsCredentials } from './verification-policy.ts';

/** Knows which images the node has pulled, and with which credentials: pods without them may not use the images of others. */
export interface PullRecords {
  /** Notes that an image is going to be pulled; on disk when it resolves. `pulled` or `failed` must follow. @throws Error if it cannot be noted */
  intend(image: string): Promise<void>;
  /** Never rejects: if the record cannot be written, the note of the intent stays, so that the image does not count as preloaded. */
  pulled(image: string, imageRef: string, credentials: PullCredentials): Promise<void>;
  failed(image: string): Promise<void>;
  /** Whether a pod must pull an image that is present, since it is not known to have access. `holdings` finds its credentials. Never rejects. */
  mustPull(image: string, imageRef: string, holdings: () => Promise<PodHoldings>): Promise<boolean>;
  /** Drops the records of images that are gone. `imageRefs`: those that there were since `since`, in milliseconds since the epoch. */
  prune(imageRefs: readonly string[], since: number): Promise<void>;
}

/** Kubelet's words for the outcome of a check. */
export type CheckResult = 'credentialPolicyAllowed' | 'credentialRecordFound' | 'mustAuthenticate' | 'error';

export interface PullRecordsOptions {
  readonly files: RecordFiles;
  readonly verification: ImageVerification;
  /** All images of the node. */
  readonly images: () => Promise<readonly Image[]>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  readonly onCheck?: (result: CheckResult) => void;
}

/** Decides as kubelet does (pkg/kubelet/images/pullmanager). Nothing is read before the first pull or check. */
export function createPullRecords(options: PullRecordsOptions): PullRecords {
  const { files, verification, images, clock, log, onCheck } = options;
  /** Pulls that are under way, by image. */
  const pulling = new Map<string, number>();
  let lastPulledAt = 0;
  const inTurn = createKeyedTurns();
  const ofImage = <T>(image: string, work: () => Promise<T>) => inTurn(`image ${image}`, work);
  const ofRecord = <T>(imageRef: string, work: () => Promise<T>) => inTurn(`record ${imageRef}`, work);

  const record = (image: string, imageRef: string, credentials: PullCredentials | undefined): Promise<void> =>
    ofRecord(imageRef, async () => {
      const repository = imageRepository(image);
      if (repository === undefined) throw new Error(`invalid image name ${JSON.stringify(image)}`);
      const before = await files.record(imageRef).catch((error: unknown) => {
        log.warn({ err: error, image, imageRef }, 'the record of a pulled image cannot be read, and is replaced');
        return undefined;
      });
      const after = withCredentials(before, imageRef, repository, credentials, clock.now());
      if (after) await files.writeRecord(after);
    });

  /** An agent that ended in the middle of a pull did not record who may use the image: it is recorded without credentials. */
  const adoptIntents = async (): Promise<void> => {
    const intents = await files.intents();
    if (intents.length === 0) return;
    const present = new Map((await images()).flatMap(({ id, tags, digests }) => [...tags, ...digests].map((name) => [name, id] as const)));
    for (const image of intents) {
      const imageRef = present.get(runtimeName(image));
      if (imageRef === undefined) continue;
      await record(image, imageRef, undefined);
      await files.deleteIntent(image);
    }
  };
  let adopting: Promise<void> | undefined;
  const adopted = (): Promise<void> => {
    adopting ??= adoptIntents().catch((error: unknown) => log.error({ err: error }, 'pulls that an earlier agent began cannot be recorded'));
    return adopting;
  };

  const release = (image: string): Promise<void> =>
    ofImage(image, async () => {
      const others = (pulling.get(image) ?? 1) - 1;
      if (others > 0) {
        pulling.set(image, others);
        return;
      }
      try {
        await files.deleteIntent(image);
        pulling.delete(image);
      } catch (error) {
        log.error({ err: error, image }, 'the note of a pull cannot be deleted');
      }
    });

  const check = async (image: string, imageRef: string, holdings: () => Promise<PodHoldings>): Promise<CheckResult> => {
    if (verification.policy === 'NeverVerify') return 'credentialPolicyAllowed';
    await adopted();
    // A pull writes its record before it takes back its intent: in this order one of them is seen.
    const intended = pulling.has(image) || (await files.hasIntent(image));
    const found = await files.record(imageRef);
    if (!needsCredentials(verification, image, intended || found !== undefined)) return 'credentialPolicyAllowed';
    const recorded = found?.credentials.get(imageRepository(image) ?? image);
    if (!recorded) return 'mustAuthenticate';
    const isOpen = recorded.forAllPods;
    if (!isOpen && recorded.secrets.length === 0 && recorded.serviceAccounts.length === 0) return 'mustAuthenticate';
    const access = accessTo(recorded, isOpen ? NOTHING : await holdings());
    if (!access.granted) return 'mustAuthenticate';
    if (access.learned) {
      await record(image, imageRef, ofSecret(access.learned)).catch((error: unknown) => log.error({ err: error, image }, COULD_NOT_RECORD));
    }
    return 'credentialRecordFound';
  };

  return {
    async intend(image) {
      await adopted();
      await ofImage(image, async () => {
        const others = pulling.get(image) ?? 0;
        if (others === 0) await files.writeIntent(image);
        pulling.set(image, others + 1);
      });
    },
    async pulled(image, imageRef, credentials) {
      lastPulledAt = clock.now();
      try {
        await record(image, imageRef, credentials);
      } catch (error) {
        log.error({ err: error, image, imageRef }, COULD_NOT_RECORD);
        return;
      }
      await release(image);
    },
    failed: release,
    async mustPull(image, imageRef, holdings) {
      const result = await check(image, imageRef, holdings).catch((error: unknown): CheckResult => {
        log.error({ err: error, image, imageRef }, 'it is not known who may use a pulled image');
        return 'error';
      });
      onCheck?.(result);
      return result === 'mustAuthenticate' || result === 'error';
    },
    async prune(imageRefs, since) {
      // Records have times of whole seconds.
      const from = Math.floor(since / 1000) * 1000;
      for (const { imageRef, updatedAt } of await files.recordsBeside(imageRefs)) {
        if (updatedAt >= from) continue;
        await ofRecord(imageRef, async () => {
          // A pull that came meanwhile may have brought one of the images back, with a record that stayed as it was.
          if (lastPulledAt < from) await files.deleteRecord(imageRef);
        });
      }
    },
  };
}

const NOTHING: PodHoldings = { secrets: [], serviceAccounts: [] };

const COULD_NOT_RECORD = 'the credentials of a pulled image cannot be recorded';

/** The name under which the runtime lists an image that a pod calls so: its full form, with a digest in place of the tag. */
function runtimeName(image: string): string {
  const { domain, path, digest } = parseImageName(image);
  return digest ? `${domain}/${path}@${digest}` : fullImageName(image);
}

/** On a simulated node, where every image is there for every pod. */
export const noPullRecords: PullRecords = {
  intend: async () => {},
  pulled: async () => {},
  failed: async () => {},
  mustPull: async () => false,
  prune: async () => {},
};
