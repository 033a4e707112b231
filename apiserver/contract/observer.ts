import type { Exchange } from './stage.ts';

/** The last stage of a request, under upstream's names (audit.k8s.io, Event.stage). */
export type LastStage = 'ResponseComplete' | 'Panic';

/**
 * Follows requests from arrival to end, for metrics and audit. Several may be registered. An exchange's objects, annotations and id are made
 * when they are read: an observer that does not ask for them costs a call per stage. An observer that throws is logged, not heeded.
 */
export interface RequestObserver {
  readonly name: string;
  /** Observes requests of the clients in this process too. Default: only those from the network. */
  readonly loopback?: boolean;
  /** The request has arrived; who asks is not known yet. */
  received?(exchange: Exchange): void;
  /** The user is known; not yet as whom the request acts, and whether it may. Not called if nobody could be identified. */
  authenticated?(exchange: Exchange): void;
  /** The head of an answer that goes on (a watch, a followed log, a connection into a pod) is on its way. */
  responseStarted?(exchange: Exchange, code: number): void;
  /** The answer is over. `seconds` from arrival. `bytes`: the length of the answer to a get or list, if it is known already. */
  finished?(exchange: Exchange, stage: LastStage, code: number, seconds: number, bytes?: number): void;
  /** The answer to a get or list whose length was not known has been written. */
  written?(exchange: Exchange, bytes: number): void;
}
