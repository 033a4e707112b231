import type { CacheEvent, CacheItem } from '../../apiserver/contract/cache.ts';
import type { ChangeType, WatchListener, WatchPlan } from '../../apiserver/contract/call.ts';
import type { Exchange } from '../../apiserver/contract/stage.ts';
import type { Clock } from '../../base/clock.ts';
import type { RequestMatch } from './request-match.ts';
import { matches } from './request-match.ts';

/** The watches under way at an API server, so that faults can reach them. */
export interface FaultyWatches {
  /** Returns the plan of a watch with the faults in it: its events come late while there is a delay for them. */
  follow(plan: WatchPlan, exchange: Exchange): WatchPlan;
  /** Ends the watches that match. Returns their number. */
  end(match: RequestMatch): number;
}

interface Late {
  readonly type: ChangeType;
  readonly item: CacheItem;
  readonly event: CacheEvent;
}

/** @param delayOf returns by how many milliseconds the events of a watch come late, as things stand. */
export function createFaultyWatches(clock: Clock, delayOf: (exchange: Exchange) => number): FaultyWatches {
  const open = new Set<{ readonly exchange: Exchange; readonly end: () => void }>();
  return {
    follow(plan, exchange) {
      /** The revision up to which events were delivered; undefined while none is late. */
      let reached: number | undefined;
      return {
        ...plan,
        delivered: () => reached ?? plan.delivered(),
        subscribe(listener) {
          const events = lateEvents(listener, clock, (revision) => {
            reached = revision;
          });
          let last = plan.after;
          const unsubscribe = plan.subscribe({
            change(type, item, event) {
              const delayMs = delayOf(exchange);
              if (delayMs === 0 && events.none()) {
                last = event.revision;
                return listener.change(type, item, event);
              }
              reached ??= last;
              last = event.revision;
              events.add({ type, item, event }, delayMs);
            },
            broken: () => watch.end(),
          });
          const close = () => {
            open.delete(watch);
            events.clear();
            unsubscribe();
          };
          const watch = {
            exchange,
            end() {
              close();
              listener.broken();
            },
          };
          open.add(watch);
          return close;
        },
      };
    },
    end(match) {
      const ended = [...open].filter(({ exchange }) => matches(match, exchange));
      for (const watch of ended) watch.end();
      return ended.length;
    },
  };
}

/** The events of one watch that are late. They keep their order. */
function lateEvents({ change }: WatchListener, clock: Clock, tell: (reached: number | undefined) => void) {
  const waiting: Late[] = [];
  const timers = new Set<() => void>();
  let lastDue = 0;
  return {
    none: () => waiting.length === 0,
    add(late: Late, delayMs: number): void {
      waiting.push(late);
      lastDue = Math.max(lastDue, clock.now() + delayMs);
      const cancel = clock.after(lastDue - clock.now(), () => {
        timers.delete(cancel);
        const next = waiting.shift();
        if (!next) return;
        tell(waiting.length === 0 ? undefined : next.event.revision);
        change(next.type, next.item, next.event);
      });
      timers.add(cancel);
    },
    clear(): void {
      for (const cancel of timers) cancel();
      timers.clear();
      waiting.length = 0;
    },
  };
}
