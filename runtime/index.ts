/**
 * `skiff/runtime`: what a controller is made of, for any cluster.
 *
 * A controller is a ControllerDefinition; `createManager` runs it over a Client (`createHttpsClient(await findCredentials())`).
 */
export { Registry } from 'prom-client';
export { Stopped } from '../base/abort.ts';
export type { Backoff, BackoffOptions } from '../base/backoff.ts';
export { createBackoff } from '../base/backoff.ts';
export type { Clock } from '../base/clock.ts';
export { microTimeText, sleep, systemClock, timeText } from '../base/clock.ts';
export type { FakeClock } from '../base/fake-clock.ts';
export { createFakeClock } from '../base/fake-clock.ts';
export type { Logger } from '../base/log.ts';
export { createLogger, silentLogger } from '../base/log.ts';
export type { Client, JsonPatchOperation, ListOptions, ObjectList, Patch, WatchEvent, WatchOptions, WriteOptions } from './client/client.ts';
export type { Credentials } from './client/credentials.ts';
export { findCredentials, inClusterCredentials } from './client/find-credentials.ts';
export type { HttpsClientOptions } from './client/https-client.ts';
export { createHttpsClient } from './client/https-client.ts';
export { kubeconfigCredentials } from './client/kubeconfig.ts';
export type { Claimed } from './control/claim.ts';
export { claim } from './control/claim.ts';
export type { Controller, ControllerDefinition, DeclaredController, Reconcile, ReconcileContext, SetUpController } from './control/controller.ts';
export { controlledBy, controllerOf, controllerRefTo, indexByController, orphansIn, resolveController } from './control/controller-ref.ts';
export { isDeleting } from './control/deletion.ts';
export type { ControllerEnv } from './control/env.ts';
export type { Events, When } from './control/events.ts';
export type { Expectations } from './control/expectations.ts';
export { createExpectations } from './control/expectations.ts';
export type { FinalizerSteps } from './control/finalizer.ts';
export { withFinalizer } from './control/finalizer.ts';
export type { LeaderElectionOptions, LeaderElector } from './control/leader-election.ts';
export { createLeaderElector } from './control/leader-election.ts';
export type { LeaderMetrics } from './control/leader-metrics.ts';
export { createLeaderMetrics } from './control/leader-metrics.ts';
export type { ManagerOptions } from './control/manager.ts';
export { createManager } from './control/manager.ts';
export type { Owned, OwnedOptions } from './control/owned.ts';
export { owned } from './control/owned.ts';
export type { Owners, Primary, PrimaryOptions } from './control/primary.ts';
export { primary } from './control/primary.ts';
export type { Runnable } from './control/runnable.ts';
export type { SlowStartResult } from './control/slow-start.ts';
export { slowStart } from './control/slow-start.ts';
export type { Keys, Watched, WatchedOptions } from './control/watched.ts';
export { watched } from './control/watched.ts';
export type { Indexed, Wiring } from './control/wiring.ts';
export { indexed } from './control/wiring.ts';
export type { EventRecorder, EventSink, EventSinkOptions } from './observe/event-recorder.ts';
export { createEventRecorder, createEventSink } from './observe/event-recorder.ts';
export type { ProbeServerOptions } from './observe/probe-server.ts';
export { serveProbes } from './observe/probe-server.ts';
export { processMetrics } from './observe/process-metrics.ts';
export type { Result } from './queue/result.ts';
export { DONE, TerminalError } from './queue/result.ts';
export type { EnqueueOptions, Lane, LaneOptions, WorkItem, WorkQueue } from './queue/work-queue.ts';
export { createWorkQueue } from './queue/work-queue.ts';
export type { AccessRecord } from './resource/access.ts';
export { accessOf, recordAccess } from './resource/access.ts';
export type { InstallOptions } from './resource/install.ts';
export { installResources } from './resource/install.ts';
export type { PrinterColumn, Resource, ResourceInput, ResourceObject, ResourceOptions } from './resource/resource.ts';
export { defineResource } from './resource/resource.ts';
export type { ResourceClient } from './resource/resource-client.ts';
export type { ReconcileTools, ResourceControllerOptions } from './resource/resource-controller.ts';
export { resourceController } from './resource/resource-controller.ts';
export type { Condition, RuleOptions, RuleReason, Term } from './resource/rule.ts';
export {
  all,
  and,
  contains,
  endsWith,
  eq,
  exists,
  gt,
  gte,
  has,
  implies,
  isIn,
  lt,
  lte,
  matches,
  ne,
  not,
  or,
  rule,
  size,
  startsWith,
  unchanged,
} from './resource/rule.ts';
export type { Informer, InformerHandler, Informers } from './watch/informer.ts';
export type { InformerSelection, InformerSetOptions } from './watch/informer-set.ts';
export { createInformer, createInformers } from './watch/informer-set.ts';
export type { SelectedBy } from './watch/selector-index.ts';
export { indexBySelector } from './watch/selector-index.ts';
