import { parseGoDuration } from '../../base/go-duration.ts';
import type { Result } from '../contract/call.ts';
import type { Exchange, Next, RequestFlow, Stage } from '../contract/stage.ts';
import { isLongRunning } from '../request/long-running.ts';
import type { FlowControl, ServedSchema } from './flow-control.ts';
import type { RejectionReason } from './flow-counts.ts';
import type { Occupied } from './priority-level.ts';
import type { Rounds } from './rounds.ts';
import { tooManyRequests } from './too-many-requests.ts';
import type { Turns } from './turns.ts';
import type { createWorkEstimate } from './work-estimate.ts';

/** Upstream's default of `--request-timeout`, of which a quarter may be spent in a queue. */
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_WAIT_MS = REQUEST_TIMEOUT_MS / 4;

export interface FlowStageOptions {
  readonly control: FlowControl;
  readonly turns: Turns;
  readonly rounds: Rounds;
  readonly estimate: ReturnType<typeof createWorkEstimate>;
}

/** A request that has its seats. */
class SeatedFlow implements RequestFlow {
  readonly schemaUid: string;
  readonly levelUid: string;
  private occupied: Occupied | undefined;
  private readonly turns: Turns;
  private readonly sender: string;
  private readonly order: number;

  constructor({ uid, level }: ServedSchema, occupied: Occupied | undefined, turns: Turns, sender: string, order: number) {
    this.schemaUid = uid;
    this.levelUid = level.uid;
    this.occupied = occupied;
    this.turns = turns;
    this.sender = sender;
    this.order = order;
  }

  turn(): Promise<void> | undefined {
    return this.turns.take(this.sender, this.order);
  }

  leave(): void {
    const { occupied } = this;
    this.occupied = undefined;
    occupied?.level.leave(occupied);
  }
}

/** A request waits no longer than its client does. */
function longestWaitMs(query: URLSearchParams): number {
  const timeout = parseGoDuration(query.get('timeout') ?? '0');
  return typeof timeout === 'number' && timeout > 0 ? Math.min(MAX_WAIT_MS, timeout) : MAX_WAIT_MS;
}

/** Whether the answer is only made as it is written: its request keeps its seats until then. */
const isWrittenInParts = (result: Result): boolean => result.type === 'list' || (result.type === 'raw' && result.response.body.kind === 'text');

/**
 * Admits requests from the network by API priority and fairness: each is classified by the flow schemas, and served once its priority level
 * has seats for it. One that finds none waits in a queue or is answered 429, as its level says. Requests that go on for long (logs,
 * connections into pods) are not limited, watches only until they begin (k8s.io/apiserver/pkg/server/filters/priority-and-fairness.go).
 */
export function limitFlows({ control, turns, rounds, estimate }: FlowStageOptions): Stage {
  let seatedSoFar = 0;

  async function serve(exchange: Exchange, next: Next, flow: RequestFlow, isLong: boolean, user: string): Promise<Result> {
    try {
      const turn = isLong ? flow.turn() : rounds.enter(user);
      if (turn) await turn;
      const result = await next(exchange);
      if (!isWrittenInParts(result)) flow.leave();
      return result;
    } catch (error) {
      flow.leave();
      throw error;
    }
  }

  function turnAway({ level, counts }: ServedSchema, reason: RejectionReason): Result {
    counts.reject(reason);
    return tooManyRequests(level.turnAway(reason));
  }

  return {
    name: 'flow-control',
    handle(exchange, next) {
      const { user, info, request } = exchange;
      if (!user || isLongRunning(info)) return next(exchange);
      const schema = control.classify(user, info);
      const { level, counts } = schema;
      const { seats, isLong } = estimate(info, request.query, level.maxSeats);
      const seated = (occupied: Occupied | undefined): RequestFlow => {
        const flow = new SeatedFlow(schema, occupied, turns, user.name, ++seatedSoFar);
        exchange.flow = flow;
        return flow;
      };
      const occupied = level.enter(seats, counts, exchange);
      if (occupied) return serve(exchange, next, seated(occupied), isLong, user.name);
      const outcome = level.wait({
        seats,
        applicant: exchange,
        counts,
        hand: (queuing) => schema.hand(user, info, queuing),
        waitMs: longestWaitMs(request.query),
        signal: request.signal,
      });
      const proceed = (settled: Occupied | RejectionReason) => {
        if (typeof settled === 'object') return serve(exchange, next, seated(settled), isLong, user.name);
        seated(undefined);
        return turnAway(schema, settled);
      };
      return outcome instanceof Promise ? outcome.then(proceed) : Promise.resolve(proceed(outcome));
    },
  };
}
