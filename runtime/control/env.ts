import type { Registry } from 'prom-client';
import type { ObjectKey } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../observe/event-recorder.ts';
import type { EnqueueOptions } from '../queue/work-queue.ts';
import type { Informers } from '../watch/informer.ts';

/** The parts that a controller is built from. They are the same in both homes. */
export interface ControllerEnv {
  readonly client: Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly log: Logger;
  /** Records events on objects under the controller's component name. */
  readonly recorder: EventRecorder;
  /** Receives the metrics of the controller, beside those that the manager keeps of every one. */
  readonly registry: Registry;
  /** Puts a key into this controller's lane of the shared work queue. */
  readonly enqueue: (key: ObjectKey, options?: EnqueueOptions) => void;
}
