/**
 * `skiff/runtime`: what a controller is made of, for any cluster.
 *
 * A controller is a ControllerDefinition; `createManager` runs it over a Client (`createHttpsClient(await findCredentials())`).
 */
export { Registry } from 'prom-client';
export { Stopped } from './abort.ts';
export type { Backoff, BackoffOptions } from './backoff.ts';
export { createBackoff } from './backoff.ts';
export type { Client, JsonPatchOperation, ListOptions, ObjectList, Patch, WatchEvent, WatchOptions, WriteOptions } from './client.ts';
export type { Clock } from './clock.ts';
export { microTimeText, sleep, systemClock, timeText } from './clock.ts';
export type {
  Controller,
  ControllerDefinition,
  ControllerEnv,
  EnqueueOptions,
  EventRecorder,
  Reconcile,
  ReconcileContext,
  Result,
  Runnable,
} from './controller.ts';
export { controllerOf, DONE, TerminalError } from './controller.ts';
export type { Credentials } from './credentials.ts';
export { findCredentials, inClusterCredentials } from './credentials.ts';
export type { EventSink, EventSinkOptions } from './event-recorder.ts';
export { createEventRecorder, createEventSink } from './event-recorder.ts';
export type { Expectations } from './expectations.ts';
export { createExpectations } from './expectations.ts';
export type { FakeClock } from './fake-clock.ts';
export { createFakeClock } from './fake-clock.ts';
export type { FinalizerSteps } from './finalizer.ts';
export { withFinalizer } from './finalizer.ts';
export type { HttpsClientOptions } from './https-client.ts';
export { createHttpsClient } from './https-client.ts';
export type { Informer, InformerHandler, Informers } from './informer.ts';
export type { InformerSelection, InformerSetOptions } from './informer-set.ts';
export { createInformer, createInformers } from './informer-set.ts';
export { kubeconfigCredentials } from './kubeconfig.ts';
export type { LeaderElectionOptions, LeaderElector } from './leader-election.ts';
export { createLeaderElector } from './leader-election.ts';
export type { LeaderMetrics } from './leader-metrics.ts';
export { createLeaderMetrics } from './leader-metrics.ts';
export type { Logger } from './log.ts';
export { createLogger, silentLogger } from './log.ts';
export type { ManagerOptions } from './manager.ts';
export { createManager } from './manager.ts';
export type { ProbeServerOptions } from './probe-server.ts';
export { serveProbes } from './probe-server.ts';
export { processMetrics } from './process-metrics.ts';
export type { SlowStartResult } from './slow-start.ts';
export { slowStart } from './slow-start.ts';
export type { Lane, LaneOptions, WorkItem, WorkQueue } from './work-queue.ts';
export { createWorkQueue } from './work-queue.ts';
