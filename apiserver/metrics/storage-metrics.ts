import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import { kinds } from '../../api/kinds/index.ts';
import { resourceText } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Series } from '../../runtime/observe/accumulated-histogram.ts';
import { AccumulatedHistogram } from '../../runtime/observe/accumulated-histogram.ts';
import type { Store } from '../../store/store.ts';

/** Upstream's buckets of etcd_request_duration_seconds. */
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

const OPERATIONS = ['get', 'list', 'create', 'update', 'delete'] as const;
type Operation = (typeof OPERATIONS)[number];

const ROOT = '/registry/';

/** The first part of a key: `pods`, or `skiff.dev/deployments` for custom resources, whose group has a dot. */
function folderOf(key: string): string {
  const first = key.indexOf('/', ROOT.length);
  if (first < 0) return key.slice(ROOT.length);
  if (!key.slice(ROOT.length, first).includes('.')) return key.slice(ROOT.length, first);
  const second = key.indexOf('/', first + 1);
  return key.slice(ROOT.length, second < 0 ? undefined : second);
}

function resourceOf(folder: string): { readonly group: string; readonly resource: string } {
  const kind = kinds.find(({ storagePrefix, storedAs }) => storagePrefix === folder && !storedAs);
  const [group = '', resource = ''] = folder.includes('/') ? folder.split('/') : [kind?.group ?? '', kind?.plural ?? folder];
  return { group, resource };
}

/** The figures of one operation on one resource; labels are hashed once. */
interface Requests {
  readonly duration: Series;
  readonly total: Counter.Internal;
  readonly errors: Counter.Internal;
}

/** Counts and times a store's requests under the names that upstream gives those to etcd. */
export function measuredStore(store: Store, registry: Registry, clock: Clock): Store {
  const labelNames = ['operation', 'group', 'resource'] as const;
  const durations = new AccumulatedHistogram({
    name: 'etcd_request_duration_seconds',
    help: 'Seconds a request to the store took, whichever store it is.',
    labelNames,
    buckets: BUCKETS,
    registry,
  });
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers: [registry] });
  const totals = counter('etcd_requests_total', 'Requests to the store, whichever store it is.');
  const errors = counter('etcd_request_errors_total', 'Requests that the store failed; a lost race is none.');
  const known = new Map<string, Record<Operation, Requests>>();

  function requestsOf(key: string): Record<Operation, Requests> {
    const folder = folderOf(key);
    let requests = known.get(folder);
    if (!requests) {
      const made = OPERATIONS.map((operation): [Operation, Requests] => {
        const labels = { operation, ...resourceOf(folder) };
        const [total, failed] = [totals.labels(labels), errors.labels(labels)];
        total.inc(0);
        failed.inc(0);
        return [operation, { duration: durations.series(labels), total, errors: failed }];
      });
      requests = Object.fromEntries(made) as Record<Operation, Requests>;
      known.set(folder, requests);
    }
    return requests;
  }

  async function timed<R>(operation: Operation, key: string, send: () => Promise<R>): Promise<R> {
    const requests = requestsOf(key)[operation];
    const from = clock.monotonic();
    try {
      return await send();
    } catch (error) {
      requests.errors.inc();
      throw error;
    } finally {
      requests.total.inc();
      durations.record(requests.duration, (clock.monotonic() - from) / 1000);
    }
  }

  return {
    get: (key) => timed('get', key, () => store.get(key)),
    list: (prefix, options) => timed('list', prefix, () => store.list(prefix, options)),
    create: (key, value, options) => timed('create', key, () => store.create(key, value, options)),
    update: (key, value, revision, options) => timed('update', key, () => store.update(key, value, revision, options)),
    delete: (key, revision) => timed('delete', key, () => store.delete(key, revision)),
    watch: (prefix, after, sink, signal) => store.watch(prefix, after, sink, signal),
    compact: (revision) => store.compact(revision),
    revision: () => store.revision(),
    probe: () => store.probe(),
    ...(store.isStale && { isStale: store.isStale }),
    close: () => store.close(),
  };
}

/** The figures of a served kind that are read when the metrics are scraped. */
export interface KindFigures {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Undefined for a kind that is stored in the form of another. */
  readonly objects: number | undefined;
  readonly watchEvents: number;
}

/** Objects stored and events sent, by kind, counted when scraped. */
export function storageMetrics(registry: Registry, figures: () => Iterable<KindFigures>): void {
  const registers = [registry];
  new Gauge({
    name: 'apiserver_resource_objects',
    help: 'Objects stored, by group and resource.',
    labelNames: ['group', 'resource'],
    registers,
    collect() {
      this.reset();
      for (const { group, plural, objects } of figures()) if (objects !== undefined) this.set({ group, resource: plural }, objects);
    },
  });
  new Gauge({
    name: 'apiserver_storage_objects',
    help: 'Objects stored, by kind; the older name of apiserver_resource_objects.',
    labelNames: ['resource'],
    registers,
    collect() {
      this.reset();
      for (const kind of figures()) if (kind.objects !== undefined) this.set({ resource: resourceText(kind) }, kind.objects);
    },
  });
  new Counter({
    name: 'apiserver_watch_events_total',
    help: 'Events sent to watchers over the wire, by what they watch.',
    labelNames: ['group', 'version', 'resource'],
    registers,
    collect() {
      this.reset();
      for (const { group, version, plural, watchEvents } of figures()) this.inc({ group, version, resource: plural }, watchEvents);
    },
  });
}
