import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import { resourceText } from '../../api/status-error.ts';
import type { Store } from '../../store/store.ts';
import { AccumulatedHistogram } from './accumulated-histogram.ts';

/** Upstream's buckets of etcd_request_duration_seconds. */
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

const OPERATIONS = ['get', 'list', 'create', 'update', 'delete'] as const;
type Operation = (typeof OPERATIONS)[number];

/** The store, its requests timed under the name that upstream gives those to etcd. */
export function measuredStore(store: Store, registry: Registry): Store {
  const histogram = new AccumulatedHistogram({
    name: 'etcd_request_duration_seconds',
    help: 'Seconds a request to the store took, whichever store it is.',
    labelNames: ['operation', 'type'],
    buckets: BUCKETS,
    registry,
  });
  const series = new Map(OPERATIONS.map((operation) => [operation, histogram.series({ operation, type: '' })]));

  async function timed<R>(operation: Operation, request: Promise<R>): Promise<R> {
    const from = performance.now();
    try {
      return await request;
    } finally {
      const place = series.get(operation);
      if (place) histogram.record(place, (performance.now() - from) / 1000);
    }
  }

  return {
    get: (key) => timed('get', store.get(key)),
    list: (prefix, options) => timed('list', store.list(prefix, options)),
    create: (key, value, options) => timed('create', store.create(key, value, options)),
    update: (key, value, revision, options) => timed('update', store.update(key, value, revision, options)),
    delete: (key, revision) => timed('delete', store.delete(key, revision)),
    watch: (prefix, after, sink, signal) => store.watch(prefix, after, sink, signal),
    compact: (revision) => store.compact(revision),
    revision: () => store.revision(),
    close: () => store.close(),
  };
}

/** What the metrics read of a served kind when they are scraped. */
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
