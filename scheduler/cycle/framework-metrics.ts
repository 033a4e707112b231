import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Series } from '../../runtime/observe/accumulated-histogram.ts';
import { AccumulatedHistogram } from '../../runtime/observe/accumulated-histogram.ts';
import { exponentialBuckets } from '../../runtime/observe/metric-makers.ts';
import { LongSearch } from '../plugins/dynamic-resources.ts';
import { COUNTED_POINTS } from '../plugins/evaluations.ts';
import type { Profiles } from '../plugins/profile.ts';
import type { RunHint } from '../queue/queueing-hints.ts';

/** The extension points that are timed. Permit, PostBind and PreBindPreFlight are not: no plugin acts there. */
export type TimedPoint =
  | 'PreFilter'
  | 'Filter'
  | 'PostFilter'
  | 'PreScore'
  | 'Score'
  | 'ScoreExtensionNormalize'
  | 'Reserve'
  | 'Unreserve'
  | 'PreBind'
  | 'Bind';

/** Upstream's codes of the outcome of a plugin. */
export type StatusCode = 'Success' | 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Skip';

/** Names the outcome of work that cannot fail but by an exception. */
export const succeeds = (): StatusCode => 'Success';

/** Times the runs of an extension point, or those of one plugin at it. */
export interface Stopwatch {
  /** Records the time that `work` takes, with code Error if it throws. A search that is broken off, to go on later, is not recorded. */
  run<T>(work: () => T, codeOf: (result: T) => StatusCode): T;
  /** Returns the time from which `stop` counts. */
  start(): number;
  stop(code: StatusCode, since: number): void;
}

/** Times the extension points of one cycle, one after the other: without closures, for the loops over nodes that run in between. */
export interface CycleWatch {
  begin(point: TimedPoint): void;
  end(code: StatusCode): void;
  /** Ends the point that has begun, as `Stopwatch.run` does for an exception. */
  failed(error: unknown): void;
}

/**
 * Upstream's metrics of extension points and plugins.
 *
 * - Extension points are timed for every pod. PreBind and Unreserve are recorded where there is something to bind or to give back; upstream
 *   records them for every pod.
 * - Plugins are timed in one of ten cycles, as upstream does, which chooses by chance: here it is every tenth. In such a cycle a plugin is timed
 *   for eight nodes at most. Only PreFilter, Filter, PreScore, Score and ScoreExtensionNormalize are told by plugin; at the other points one plugin
 *   acts at a time.
 * - Evaluations are counted where a plugin has run: a filter that the pod asks nothing of is not run for each node, where upstream runs and counts
 *   NodeName, NodeUnschedulable and TaintToleration.
 */
export interface FrameworkMetrics {
  point(profile: string, point: TimedPoint): Stopwatch;
  cycle(profile: string): CycleWatch;
  plugin(plugin: string, point: TimedPoint): Stopwatch;
  /** Returns whether the plugins of the cycle that begins are to be timed. */
  timesPlugins(): boolean;
  /** Runs a queueing hint. One of ten is timed; upstream times all. */
  readonly runHint: RunHint;
}

/** One of so many cycles, or hints, is timed. */
const SAMPLING = 10;

export function createFrameworkMetrics(registry: Registry, clock: Clock, profiles: Profiles): FrameworkMetrics {
  const points = new AccumulatedHistogram({
    registry,
    name: 'scheduler_framework_extension_point_duration_seconds',
    help: 'Seconds that the plugins of an extension point took together.',
    labelNames: ['extension_point', 'status', 'profile'],
    buckets: exponentialBuckets(0.0001, 2, 12),
  });
  const plugins = new AccumulatedHistogram({
    registry,
    name: 'scheduler_plugin_execution_duration_seconds',
    help: 'Seconds that a plugin took at an extension point, in one of ten cycles.',
    labelNames: ['plugin', 'extension_point', 'status'],
    buckets: exponentialBuckets(0.00001, 1.5, 20),
  });
  countedEvaluations(registry, profiles);

  const watch = (histogram: AccumulatedHistogram, seriesOf: (status: StatusCode) => Series): Stopwatch => {
    const known: Partial<Record<StatusCode, Series>> = {};
    const stop = (code: StatusCode, since: number) => {
      known[code] ??= seriesOf(code);
      histogram.record(known[code], (clock.monotonic() - since) / 1000);
    };
    return {
      start: clock.monotonic,
      stop,
      run(work, codeOf) {
        const since = clock.monotonic();
        try {
          const result = work();
          stop(codeOf(result), since);
          return result;
        } catch (error) {
          if (!(error instanceof LongSearch)) stop('Error', since);
          throw error;
        }
      },
    };
  };
  const memo = (make: (name: string, point: TimedPoint) => Stopwatch) => {
    const watches = new Map<string, Partial<Record<TimedPoint, Stopwatch>>>();
    return (name: string, point: TimedPoint): Stopwatch => {
      let own = watches.get(name);
      if (!own) {
        own = {};
        watches.set(name, own);
      }
      own[point] ??= make(name, point);
      return own[point];
    };
  };
  const timeHint = hintTimer(registry, clock);
  let cycles = 0;
  let hints = 0;
  const pointOf = memo((profile, point) => watch(points, (status) => points.series({ extension_point: point, status, profile })));
  return {
    point: pointOf,
    cycle(profile) {
      let open: Stopwatch | undefined;
      let since = 0;
      const end = (code: StatusCode) => {
        open?.stop(code, since);
        open = undefined;
      };
      return {
        begin(point) {
          open = pointOf(profile, point);
          since = open.start();
        },
        end,
        failed(error) {
          if (!(error instanceof LongSearch)) end('Error');
        },
      };
    },
    plugin: memo((plugin, point) => watch(plugins, (status) => plugins.series({ plugin, extension_point: point, status }))),
    timesPlugins: () => cycles++ % SAMPLING === 0,
    runHint: (plugin, event, hint) => (hints++ % SAMPLING === 0 ? timeHint(plugin, event, hint) : hint()),
  };
}

function hintTimer(registry: Registry, clock: Clock): RunHint {
  const durations = new Histogram({
    registers: [registry],
    name: 'scheduler_queueing_hint_execution_duration_seconds',
    help: 'Seconds that a plugin took to tell whether an event could help a pod; of one of ten.',
    labelNames: ['plugin', 'event', 'hint'],
    buckets: exponentialBuckets(0.00001, 1.5, 20),
  });
  return (plugin, event, hint) => {
    const since = clock.monotonic();
    const helps = hint();
    durations.observe({ plugin, event, hint: helps ? 'Queue' : 'QueueSkip' }, (clock.monotonic() - since) / 1000);
    return helps;
  };
}

const shownPoint = (point: string): string => `${point.charAt(0).toUpperCase()}${point.slice(1)}`;

/** Shows the evaluations that the profiles count. */
function countedEvaluations(registry: Registry, profiles: Profiles): void {
  new Counter({
    registers: [registry],
    name: 'scheduler_plugin_evaluation_total',
    help: 'Evaluations of a plugin at PreFilter, Filter, PreScore and Score.',
    labelNames: ['plugin', 'extension_point', 'profile'],
    collect() {
      this.reset();
      for (const { schedulerName: profile, evaluations } of profiles.values()) {
        for (const point of COUNTED_POINTS) {
          for (const [plugin, { count }] of evaluations[point]) this.inc({ plugin, extension_point: shownPoint(point), profile }, count);
        }
      }
    },
  });
}
