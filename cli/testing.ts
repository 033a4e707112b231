/**
 * `skiff/testing`: whole clusters in a test's process.
 *
 * `startCluster` starts one, `cluster.fork()` copies it, `cluster.clock` moves its time on, `cluster.faults` breaks it.
 */
export type { TravelClock } from '../base/travel-clock.ts';
export { eventually } from './cluster/eventually.ts';
export type { Cluster, ClusterOptions, Faults, TestUser } from './testing/cluster.ts';
export { startCluster } from './testing/cluster.ts';
export type { Drop, Fault, FaultOptions, Refusal, RequestFaults } from './testing/faults.ts';
export type { RequestMatch } from './testing/request-match.ts';
