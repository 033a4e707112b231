import type { PriorityLevelConfigurationSpec, QueuingConfiguration } from '../../api/kinds/flowcontrol/priority-level-configuration/schema.ts';
import type { Clock } from '../../base/clock.ts';
import type { Member } from '../../base/members.ts';
import { Members } from '../../base/members.ts';
import type { UserInfo } from '../contract/request.ts';
import type { RequestInfo } from '../contract/request-info.ts';
import type { FlowCounts, RejectionReason } from './flow-counts.ts';
import { createRetryAfter } from './retry-after.ts';
import type { SeatLimits } from './seats.ts';

/** The request that seats are for, as those see it who list a level's requests. */
export interface Applicant {
  readonly user: UserInfo | undefined;
  readonly info: RequestInfo;
}

/** A request that wants seats. */
export interface SeatRequest {
  readonly seats: number;
  readonly applicant: Applicant;
  /** The queues that it may wait in; asked for only if it has to wait. */
  hand(queuing: QueuingConfiguration): readonly number[];
  readonly counts: FlowCounts;
  /** The most it may wait, in milliseconds. */
  readonly waitMs: number;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** Seats that a request occupies until it gives them back. */
export interface Occupied extends Member {
  readonly level: PriorityLevel;
  readonly seats: number;
  readonly counts: FlowCounts;
  /** The queue that the request has waited in, whose flow pays for the time. */
  readonly queue: Queue | undefined;
  /** When it arrived, and since when it has the seats, on the clock's monotonic scale. */
  readonly arrived: number;
  readonly since: number;
  readonly applicant: Applicant;
}

/** The outcome of waiting: seats, or the reason why there are none. */
export type Outcome = Occupied | RejectionReason;

export interface Waiter {
  readonly request: SeatRequest;
  readonly arrived: number;
  readonly settle: (outcome: Outcome) => void;
}

/** Requests that wait, of one flow or of a few. */
export interface Queue {
  readonly card: number;
  readonly waiters: Waiter[];
  /** The virtual time at which its next request is due: each request moves it on by its seats times its duration. */
  due: number;
  occupied: number;
}

interface Due {
  readonly queue: Queue;
  readonly next: Waiter;
}

/** The duration that a request is taken to have until it is over, in milliseconds; upstream's first guess. */
export const ESTIMATED_MS = 3;
/** The widest request, in seats. */
const MAX_SEATS = 10;
/** The part of a level's seats that one request may have. */
const MAX_PART = 0.15;
/** The part of a level's seats that wide requests may have together. The others are for those that take one: they are short, lists are not. */
const WIDE_PART = 0.75;

/** The loans between the levels of a server. */
export interface SeatMarket {
  /** Requests that wait for seats, in all levels. */
  waiting: number;
  /** The seats that others do not need now and may lend to the level. */
  lentTo(borrower: PriorityLevel): number;
  /** Lets every level look for seats again. */
  dispatch(): void;
}

/**
 * One priority level: its seats, and the queues of those that wait for one. A request that finds a seat passes at once. Others wait in the
 * shortest queue of their flow's hand; free seats go to the queue whose virtual time is lowest, so that each flow gets an equal part of the
 * seats' time (start-time fair queuing). Above its nominal seats a level borrows those that others do not need at the moment. Wide requests
 * never have all seats, and a narrow one does not wait behind a wide one while others like that are served.
 */
export class PriorityLevel {
  readonly name: string;
  uid = '';
  isExempt = false;
  limits: SeatLimits = { nominal: 0, lower: 0, upper: 0 };
  queuing: QueuingConfiguration | undefined;
  /** Seats in use. */
  occupied = 0;
  waiting = 0;
  waitingSeats = 0;
  /** Seats in use by requests that take several. */
  private wide = 0;
  /** Outcomes of requests since the level is there. */
  readonly totals = { dispatched: 0, rejected: 0, timedOut: 0, cancelled: 0 };
  /** The requests that have seats. */
  readonly executing = new Members<Occupied>();
  /** Those that are in use, by their numbers. */
  readonly queues = new Map<number, Queue>();
  private readonly retryAfter = createRetryAfter();
  private readonly clock: Clock;
  private readonly market: SeatMarket;
  /** The virtual time of the request that was served last from a queue. */
  virtual = 0;

  constructor(name: string, clock: Clock, market: SeatMarket) {
    this.name = name;
    this.clock = clock;
    this.market = market;
  }

  configure(uid: string, spec: PriorityLevelConfigurationSpec, limits: SeatLimits): void {
    this.uid = uid;
    this.isExempt = spec.type === 'Exempt';
    this.limits = limits;
    const response = spec.limited?.limitResponse;
    this.queuing = response?.type === 'Queue' ? response.queuing : undefined;
    if (this.waiting > 0) this.dispatch();
  }

  /** The widest request that the level takes; wider ones are taken for that wide. */
  get maxSeats(): number {
    return Math.max(1, Math.min(MAX_SEATS, Math.ceil(this.limits.nominal * MAX_PART)));
  }

  /** The seats that the level wants, used or waited for. */
  get demand(): number {
    return this.occupied + this.waitingSeats;
  }

  /** Returns seats if there are any and nobody waits for them; otherwise undefined, and the request has to `wait`. */
  enter(seats: number, counts: FlowCounts, applicant: Applicant): Occupied | undefined {
    if (!this.isExempt && (this.waiting > 0 || !this.hasRoom(seats))) return undefined;
    return this.occupy(seats, counts, undefined, this.clock.monotonic(), applicant);
  }

  /** Waits for seats; returns the outcome at once if there is nothing to wait for. */
  wait(request: SeatRequest): Outcome | Promise<Outcome> {
    const { queuing } = this;
    if (!queuing) return 'concurrency-limit';
    const queue = this.shortest(request.hand(queuing));
    if (queue.waiters.length >= (queuing.queueLengthLimit ?? 0)) return 'queue-full';
    return new Promise((resolve) => {
      this.enqueue(queue, request, resolve);
      // Seats may be free all the same: those who wait may want more of them.
      this.dispatch();
    });
  }

  /** Gives seats back, and hands them on. */
  leave(occupied: Occupied): void {
    const { seats, counts, queue, since } = occupied;
    this.executing.delete(occupied);
    this.occupied -= seats;
    if (seats > 1) this.wide -= seats;
    counts.executing--;
    counts.executingSeats -= seats;
    const ms = this.clock.monotonic() - since;
    counts.executed(ms / 1000);
    if (queue) {
      queue.occupied -= seats;
      queue.due += seats * (ms - ESTIMATED_MS);
      this.forgetIfIdle(queue);
    }
    if (this.market.waiting === 0) return;
    this.dispatch();
    this.market.dispatch();
  }

  /** Counts a request that is turned away; returns the seconds for its Retry-After header. */
  turnAway(reason: RejectionReason): number {
    if (reason === 'time-out') this.totals.timedOut++;
    else if (reason === 'cancelled') this.totals.cancelled++;
    else this.totals.rejected++;
    return this.retryAfter.drop(this.clock.now());
  }

  /** Serves requests that wait, as long as there are seats for the next one. */
  dispatch(): void {
    for (;;) {
      const due = this.nextQueue();
      if (!due) return;
      const queue = this.hasRoom(due.next.request.seats) ? due : this.wide > 0 ? this.nextQueue(1) : undefined;
      if (!queue || !this.hasRoom(queue.next.request.seats)) {
        due.next.request.counts.notAccommodated++;
        return;
      }
      this.serveNext(queue);
    }
  }

  private serveNext({ queue, next: { request, arrived, settle } }: Due): void {
    queue.waiters.shift();
    this.virtual = Math.max(this.virtual, queue.due);
    queue.due += request.seats * ESTIMATED_MS;
    queue.occupied += request.seats;
    settle(this.occupy(request.seats, request.counts, queue, arrived, request.applicant));
  }

  /** Whether so many seats are free, or can be borrowed. */
  private hasRoom(seats: number): boolean {
    const { nominal, upper } = this.limits;
    const wanted = this.occupied + seats;
    // A request that is wider than its level runs alone.
    if (this.occupied === 0 && nominal > 0) return true;
    if (seats > 1 && this.wide + seats > nominal * WIDE_PART) return false;
    if (wanted <= nominal) return true;
    return wanted <= upper && wanted - nominal <= this.market.lentTo(this);
  }

  private occupy(seats: number, counts: FlowCounts, queue: Queue | undefined, arrived: number, applicant: Applicant): Occupied {
    this.occupied += seats;
    if (seats > 1) this.wide += seats;
    counts.executing++;
    counts.executingSeats += seats;
    counts.dispatched++;
    this.totals.dispatched++;
    if (!queue && !this.isExempt) counts.waited(0, true);
    const since = queue ? this.clock.monotonic() : arrived;
    const occupied: Occupied = { level: this, seats, counts, queue, arrived, since, applicant, place: -1 };
    this.executing.add(occupied);
    return occupied;
  }

  private enqueue(queue: Queue, request: SeatRequest, resolve: (outcome: Outcome) => void): void {
    const { signal, counts, seats } = request;
    const arrived = this.clock.monotonic();
    const leaveQueue = (reason: RejectionReason) => {
      queue.waiters.splice(queue.waiters.indexOf(waiter), 1);
      waiter.settle(reason);
      this.forgetIfIdle(queue);
    };
    const gone = () => leaveQueue('cancelled');
    const cancelTimer = this.clock.after(request.waitMs, () => leaveQueue('time-out'));
    const waiter: Waiter = {
      request,
      arrived,
      settle: (outcome) => {
        cancelTimer();
        signal.removeEventListener('abort', gone);
        this.waiting--;
        this.market.waiting--;
        this.waitingSeats -= seats;
        counts.inQueue--;
        counts.inQueueSeats -= seats;
        counts.waited((this.clock.monotonic() - arrived) / 1000, typeof outcome === 'object');
        resolve(outcome);
      },
    };
    queue.waiters.push(waiter);
    this.waiting++;
    this.market.waiting++;
    this.waitingSeats += seats;
    counts.inQueue++;
    counts.inQueueSeats += seats;
    counts.enqueued(queue.waiters.length);
    if (signal.aborted) gone();
    else signal.addEventListener('abort', gone);
  }

  /** The queue of a hand that has least to do. Those that nobody uses are not kept. */
  private shortest(hand: readonly number[]): Queue {
    let found: Queue | undefined;
    for (const card of hand) {
      const queue = this.queues.get(card);
      if (!queue) {
        const unused = { card, waiters: [], due: this.virtual, occupied: 0 };
        this.queues.set(card, unused);
        return unused;
      }
      if (!found || queue.waiters.length + queue.occupied < found.waiters.length + found.occupied) found = queue;
    }
    if (!found) throw new Error(`the priority level ${this.name} deals no queues`);
    return found;
  }

  /** Finds the queue whose next request is due first, of those whose next request takes no more than `maxSeats`. */
  private nextQueue(maxSeats = MAX_SEATS): Due | undefined {
    let found: Due | undefined;
    for (const queue of this.queues.values()) {
      const [next] = queue.waiters;
      if (next && next.request.seats <= maxSeats && (!found || queue.due < found.queue.due)) found = { queue, next };
    }
    return found;
  }

  private forgetIfIdle(queue: Queue): void {
    if (queue.waiters.length === 0 && queue.occupied === 0 && this.queues.get(queue.card) === queue) this.queues.delete(queue.card);
  }
}
