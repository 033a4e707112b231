import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { Image } from './runtime.ts';

/** An image that is wanted for a container, or for a volume of the pod. */
export interface ImageWish {
  readonly reference: string;
  /** Default: that of the reference's tag. */
  readonly pullPolicy: string | undefined;
  /** Undefined for a volume: events are then on the pod as a whole. */
  readonly container?: Container;
}

/** Brings the images of containers and volumes onto the node, by their pull policies. */
export interface ImagePuller {
  /**
   * Resolves with the image once it is present. Records the events that `kubectl describe pod` shows.
   * @throws ImageError with the reason that the container's status shows.
   */
  ensure(pod: Live<Pod>, wish: ImageWish): Promise<Image>;
  /** Returns the milliseconds in which images were pulled for a pod that had not run yet, and forgets them. */
  takePullMs(podUid: string): number;
  /** Forgets the failed pulls of a pod. */
  forget(podUid: string): void;
}

export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly reason: 'ErrImagePull' | 'ImagePullBackOff' | 'ErrImageNeverPull' | 'InvalidImageName' | 'ImageInspectError';
  /** When to try again, in milliseconds since the epoch. */
  readonly retryAt: number;
  constructor(reason: ImageError['reason'], message: string, retryAt: number) {
    super(message);
    this.reason = reason;
    this.retryAt = retryAt;
  }
}
