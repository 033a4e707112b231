import type { Clock } from '../../base/clock.ts';
import { goTable } from '../../base/go-table.ts';
import type { FlowControl } from './flow-control.ts';
import type { Applicant, Occupied, PriorityLevel, Queue, Waiter } from './priority-level.ts';
import { ESTIMATED_MS } from './priority-level.ts';

type Row = readonly (string | number | boolean)[];

/** Upstream's tables: cells end in a comma, but for the last of a row. */
const table = (rows: readonly Row[]): string => goTable(rows.map((row) => row.map((cell, i) => (i < row.length - 1 ? `${cell},` : `${cell}`))));

const byName = ({ levels }: FlowControl): readonly PriorityLevel[] => [...levels.values()].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Lists the priority levels. A level is gone as soon as its object is deleted: none is quiescing. */
export function dumpLevels(control: FlowControl): string {
  const rows = byName(control).map(({ name, queues, waiting, executing, totals }): Row => {
    const active = [...queues.values()].filter(({ waiters }) => waiters.length > 0).length;
    const isIdle = waiting === 0 && executing.size === 0;
    return [name, active, isIdle, false, waiting, executing.size, totals.dispatched, totals.rejected, totals.timedOut, totals.cancelled];
  });
  const head = [
    ...['PriorityLevelName', 'ActiveQueues', 'IsIdle', 'IsQuiescing', 'WaitingRequests', 'ExecutingRequests'],
    ...['DispatchedRequests', 'RejectedRequests', 'TimedoutRequests', 'CancelledRequests'],
  ];
  return table([head, ...rows]);
}

/** Seats held for a time, in upstream's unit: seat-seconds. */
const seatSeconds = (ms: number): string => `${(ms / 1000).toFixed(8)}ss`;

const seatsOf = ({ waiters }: Queue): number => waiters.reduce((sum, { request }) => sum + request.seats, 0);

/** Lists the queues of all levels, those that nobody uses too. */
export function dumpQueues(control: FlowControl): string {
  const rows = byName(control).flatMap((level) =>
    Array.from({ length: level.queuing?.queues ?? 0 }, (_, index): Row => {
      const queue = level.queues.get(index);
      const executing = queue ? [...level.executing].filter((occupied) => occupied.queue === queue).length : 0;
      const seats = queue ? seatsOf(queue) : 0;
      const work = seatSeconds(seats * ESTIMATED_MS);
      const due = seatSeconds(queue?.due ?? level.virtual);
      return [level.name, index, queue?.waiters.length ?? 0, executing, queue?.occupied ?? 0, due, seats, seats, work];
    }),
  );
  const head = ['PriorityLevelName', 'Index', 'PendingRequests', 'ExecutingRequests', 'SeatsInUse', 'NextDispatchR'];
  return table([[...head, 'InitialSeatsSum', 'MaxSeatsSum', 'TotalWorkSum'], ...rows]);
}

const NEVER = '0001-01-01T00:00:00Z';
/** Formats milliseconds since the epoch as Go's RFC3339Nano does: without zeros at the end of the fraction. */
const nanoText = (ms: number): string => new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');

function detailsOf({ user, info }: Applicant): Row {
  const name = user?.name ?? '';
  if (!info.isResource) return [name, info.verb, info.path, '', '', '', '', ''];
  const version = info.group === '' ? info.version : `${info.group}/${info.version}`;
  return [name, info.verb, info.path, info.namespace, info.name, version, info.plural, info.subresource];
}

/** Lists the requests that wait or are served. A request that found a seat at once has no queue: its index is -1. */
export function dumpRequests(control: FlowControl, clock: Clock, withDetails: boolean): string {
  const offset = clock.now() - clock.monotonic();
  const row = (level: PriorityLevel, queue: number, place: number, request: Waiter['request'] | Occupied, arrived: number, since?: number): Row => {
    const { counts, applicant, seats } = request;
    const schema = counts.labels.flow_schema;
    const flow = control.distinguisher(schema, applicant.user, applicant.info);
    const start = since === undefined ? NEVER : nanoText(offset + since);
    const own = [level.name, schema, queue, place, flow, nanoText(offset + arrived), seats, 0, '0s', start];
    return withDetails ? [...own, ...detailsOf(applicant)] : own;
  };
  const rows = byName(control).flatMap((level) => {
    const queued = [...level.queues.values()].sort((a, b) => a.card - b.card);
    return [
      ...queued.flatMap(({ card, waiters }) => waiters.map(({ request, arrived }, place) => row(level, card, place, request, arrived))),
      ...Array.from(level.executing, (occupied) => row(level, occupied.queue?.card ?? -1, -1, occupied, occupied.arrived, occupied.since)),
    ];
  });
  const head = [
    ...['PriorityLevelName', 'FlowSchemaName', 'QueueIndex', 'RequestIndexInQueue', 'FlowDistingsher', 'ArriveTime'],
    ...['InitialSeats', 'FinalSeats', 'AdditionalLatency', 'StartTime'],
  ];
  const details = ['UserName', 'Verb', 'APIPath', 'Namespace', 'Name', 'APIVersion', 'Resource', 'SubResource'];
  return table([withDetails ? [...head, ...details] : head, ...rows]);
}
