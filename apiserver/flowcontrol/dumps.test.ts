import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FakeClock } from '../../base/fake-clock.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { RequestInfo } from '../contract/request-info.ts';
import { dumpLevels, dumpQueues, dumpRequests } from './dumps.ts';
import type { FlowControl } from './flow-control.ts';
import { FlowCounts } from './flow-counts.ts';
import type { Applicant, SeatMarket } from './priority-level.ts';
import { PriorityLevel } from './priority-level.ts';

const silent = { wait: () => () => {}, execution: () => () => {}, queueLength: () => () => {} };
const market: SeatMarket = { waiting: 0, lentTo: () => 0, dispatch: () => {} };
const pods: RequestInfo = {
  isResource: true,
  verb: 'list',
  method: 'GET',
  path: '/apis/apps/v1/namespaces/n/deployments/d/scale',
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  namespace: 'n',
  accessNamespace: 'n',
  name: 'd',
  subresource: 'scale',
  rest: '',
};
const jane: Applicant = { user: { name: 'jane', groups: [] }, info: pods };
const root: Applicant = { user: { name: 'root', groups: [] }, info: { isResource: false, verb: 'get', path: '/version' } };

let clock: FakeClock;
let control: FlowControl;
let exempt: PriorityLevel;
let queued: PriorityLevel;
const counts = new FlowCounts('queued', 'everyone', silent);

beforeEach(() => {
  clock = createFakeClock();
  market.waiting = 0;
  exempt = new PriorityLevel('exempt', clock, market);
  exempt.configure('', { type: 'Exempt' }, { nominal: 0, lower: 0, upper: 0 });
  queued = new PriorityLevel('queued', clock, market);
  const queuing = { queues: 2, handSize: 1, queueLengthLimit: 2 };
  queued.configure('', { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing } } }, { nominal: 1, lower: 1, upper: 1 });
  control = {
    levels: new Map([
      ['queued', queued],
      ['exempt', exempt],
    ]),
    counts: [counts],
    distinguisher: (schema, user) => (schema === 'everyone' ? (user?.name ?? '') : ''),
    classify() {
      throw new Error('nothing is classified here');
    },
    follow() {},
  };
});

const wait = (seats: number) => queued.wait({ seats, applicant: jane, counts, hand: () => [1], waitMs: 1000, signal: new AbortController().signal });
const lines = (text: string) => text.split('\n').slice(0, -1);

describe('the dumps of priority and fairness', () => {
  it('list the levels, with what became of their requests', () => {
    exempt.enter(1, counts, root);
    queued.enter(1, counts, jane);
    void wait(1);
    queued.turnAway('queue-full');
    queued.turnAway('time-out');
    queued.turnAway('cancelled');
    expect(lines(dumpLevels(control))).toEqual([
      'PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests, DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests',
      'exempt,            0,            false,  false,       0,               1,                 1,                  0,                0,                0',
      'queued,            1,            false,  false,       1,               1,                 1,                  1,                1,                1',
    ]);
  });

  it('list every queue, with the seats that its requests want', () => {
    const occupied = queued.enter(1, counts, jane);
    void wait(1);
    void wait(3);
    expect(lines(dumpQueues(control))).toEqual([
      'PriorityLevelName, Index,  PendingRequests, ExecutingRequests, SeatsInUse, NextDispatchR, InitialSeatsSum, MaxSeatsSum, TotalWorkSum',
      'queued,            0,      0,               0,                 0,          0.00000000ss,  0,               0,           0.00000000ss',
      'queued,            1,      2,               0,                 0,          0.00000000ss,  4,               4,           0.01200000ss',
    ]);
    if (occupied) queued.leave(occupied);
    expect(lines(dumpQueues(control))[2]).toBe(
      'queued,            1,      1,               1,                 1,          0.00300000ss,  3,               3,           0.00900000ss',
    );
  });

  it('list the requests that are served and those that wait', async () => {
    exempt.enter(1, counts, root);
    queued.enter(1, counts, jane);
    await clock.advance(250);
    void wait(1);
    expect(lines(dumpRequests(control, clock, false))).toEqual([
      'PriorityLevelName, FlowSchemaName, QueueIndex, RequestIndexInQueue, FlowDistingsher, ArriveTime,              InitialSeats, FinalSeats, AdditionalLatency, StartTime',
      'exempt,            everyone,       -1,         -1,                  root,            2026-01-01T00:00:00Z,    1,            0,          0s,                2026-01-01T00:00:00Z',
      'queued,            everyone,       1,          0,                   jane,            2026-01-01T00:00:00.25Z, 1,            0,          0s,                0001-01-01T00:00:00Z',
      'queued,            everyone,       -1,         -1,                  jane,            2026-01-01T00:00:00Z,    1,            0,          0s,                2026-01-01T00:00:00Z',
    ]);
    const [head, first, second] = lines(dumpRequests(control, clock, true));
    expect(head).toMatch(/ UserName, {1,}Verb, {1,}APIPath, {1,}Namespace, {1,}Name, {1,}APIVersion, {1,}Resource, {1,}SubResource$/);
    expect(first?.split(/, */).slice(10)).toEqual(['root', 'get', '/version', '', '', '', '', '']);
    expect(second?.split(/, */).slice(10)).toEqual(['jane', 'list', pods.path, 'n', 'd', 'apps/v1', 'deployments', 'scale']);
  });
});
