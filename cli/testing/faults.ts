import type { StatusReason } from '../../api/meta/status-error.ts';
import { STATUS_CODES, StatusError } from '../../api/meta/status-error.ts';
import type { Result } from '../../apiserver/contract/call.ts';
import type { Part } from '../../apiserver/contract/part.ts';
import type { ApiRequest, ApiResponse } from '../../apiserver/contract/request.ts';
import type { Exchange, Next } from '../../apiserver/contract/stage.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import { durationMs } from '../../base/travel-clock.ts';
import type { FaultyWatches } from './faulty-watches.ts';
import { createFaultyWatches } from './faulty-watches.ts';
import type { RequestMatch } from './request-match.ts';
import { matches } from './request-match.ts';

/** A fault that was set. It lasts until it is ended, or has struck as often as it was asked to. */
export interface Fault extends Disposable {
  /** The number of requests that it has struck so far. */
  readonly hits: number;
  end(): void;
}

export interface FaultOptions {
  /** The number of requests that it strikes; after that it ends. Default: all, until `end` is called. */
  readonly times?: number;
}

export interface Refusal extends FaultOptions {
  /** Default `ServiceUnavailable`. The code of the answer follows from it. */
  readonly reason?: StatusReason;
  readonly message?: string;
  /** The time after which clients are asked to come again. */
  readonly retryAfterSeconds?: number;
}

export interface Drop extends FaultOptions {
  /** The request is carried out, and its answer is lost. Default: the request is lost. */
  readonly answer?: 'lost';
}

/** Faults of a cluster's API server. They strike every client: those of controllers, scheduler and nodes, `cluster.client`, and the network's. */
export interface RequestFaults {
  /** Answers requests with an error. Watches under way go on. */
  refuse(match: RequestMatch, refusal?: Refusal): Fault;
  /** Cuts the connections of requests. Watches under way end, and cannot be resumed before the fault ends. */
  drop(match: RequestMatch, drop?: Drop): Fault;
  /** Lets requests arrive later, and of watches the events: by milliseconds of the cluster's clock, or a duration such as `2s`. */
  delay(match: RequestMatch, duration: string | number, options?: FaultOptions): Fault;
  /** Ends watches under way, once; clients resume them. Returns their number. */
  endWatches(match: RequestMatch): number;
  /** Ends all faults. */
  clear(): void;
}

export interface FaultyServer {
  readonly faults: RequestFaults;
  /** The part of the API server in which the faults strike. */
  readonly part: Part;
  /** Cuts the connections of dropped requests. */
  around(handle: (request: ApiRequest) => Promise<ApiResponse>): (request: ApiRequest) => Promise<ApiResponse>;
  /** Returns whether no request is under way, but for watches and those that are delayed. */
  idle(): boolean;
}

type Effect =
  | { readonly kind: 'refuse'; readonly error: () => StatusError }
  | { readonly kind: 'drop'; readonly answer: 'lost' | undefined }
  | { readonly kind: 'delay'; readonly ms: number };

interface ActiveFault {
  readonly match: RequestMatch;
  readonly effect: Effect;
  /** Counts a request; the fault ends if it was the last one. */
  strike(): void;
}

/** The error of a client whose connection broke: it says nothing of whether the request was carried out. */
class ConnectionLost extends Error {
  readonly code = 'ECONNRESET';
}

/** Creates the faults of one API server. */
export function createFaults(clock: Clock): FaultyServer {
  const active = new Set<ActiveFault>();
  const dropped = new WeakSet<ApiRequest>();
  let underWay = 0;
  const delayOf = (exchange: Exchange): number => {
    let ms = 0;
    for (const { match, effect } of active) if (effect.kind === 'delay' && matches(match, exchange)) ms += effect.ms;
    return ms;
  };
  const watches: FaultyWatches = createFaultyWatches(clock, delayOf);

  const lose = ({ request }: Exchange): never => {
    dropped.add(request);
    throw new ConnectionLost(`the connection was reset: ${request.method} ${request.path}`);
  };

  async function strike(exchange: Exchange, next: Next): Promise<Result> {
    let delayMs = 0;
    let isAnswerLost = false;
    for (const fault of [...active]) {
      if (!matches(fault.match, exchange)) continue;
      fault.strike();
      // A watch begins at once: its events come late.
      if (fault.effect.kind === 'delay' && exchange.info.verb !== 'watch') delayMs += fault.effect.ms;
      if (fault.effect.kind === 'refuse') throw fault.effect.error();
      if (fault.effect.kind !== 'drop') continue;
      if (fault.effect.answer === undefined) lose(exchange);
      isAnswerLost = true;
    }
    if (delayMs > 0) {
      underWay--;
      await sleep(clock, delayMs, exchange.request.signal);
      underWay++;
    }
    const result = await next(exchange);
    if (isAnswerLost) lose(exchange);
    return result.type === 'watch' ? { ...result, plan: watches.follow(result.plan, exchange) } : result;
  }

  function set(match: RequestMatch, effect: Effect, { times = Number.POSITIVE_INFINITY }: FaultOptions): Fault {
    if (!(times >= 1)) throw new Error(`a fault strikes at least once: times is ${times}`);
    let hits = 0;
    const end = () => void active.delete(fault);
    const fault: ActiveFault = {
      match,
      effect,
      strike() {
        if (++hits >= times) end();
      },
    };
    active.add(fault);
    return {
      get hits() {
        return hits;
      },
      end,
      [Symbol.dispose]: end,
    };
  }

  return {
    faults: {
      refuse: (match, refusal = {}) => set(match, { kind: 'refuse', error: () => refusalError(refusal) }, refusal),
      drop(match, drop = {}) {
        const fault = set(match, { kind: 'drop', answer: drop.answer }, drop);
        if (drop.answer === undefined) watches.end(match);
        return fault;
      },
      delay: (match, duration, options = {}) => set(match, { kind: 'delay', ms: durationMs(duration) }, options),
      endWatches: (match) => watches.end(match),
      clear: () => active.clear(),
    },
    part: {
      name: 'faults',
      stages: [
        {
          name: 'faults',
          async handle(exchange, next) {
            underWay++;
            try {
              return await (active.size === 0 ? followed(next(exchange), exchange) : strike(exchange, next));
            } finally {
              underWay--;
            }
          },
        },
      ],
    },
    around: (handle) => async (request) => {
      const response = await handle(request);
      if (dropped.has(request)) throw new ConnectionLost('the request was dropped by a fault');
      return response;
    },
    idle: () => underWay === 0,
  };

  async function followed(answer: Promise<Result>, exchange: Exchange): Promise<Result> {
    const result = await answer;
    return result.type === 'watch' ? { ...result, plan: watches.follow(result.plan, exchange) } : result;
  }
}

function refusalError({ reason = 'ServiceUnavailable', message, retryAfterSeconds }: Refusal): StatusError {
  const text = message ?? 'the server is currently unable to handle the request';
  return new StatusError(reason, text, retryAfterSeconds === undefined ? undefined : { retryAfterSeconds }, STATUS_CODES[reason]);
}
