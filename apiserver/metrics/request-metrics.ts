import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import type { Series } from '../../runtime/observe/accumulated-histogram.ts';
import { AccumulatedHistogram } from '../../runtime/observe/accumulated-histogram.ts';
import type { LastStage, RequestObserver } from '../contract/observer.ts';
import type { ApiRequest } from '../contract/request.ts';
import type { RequestInfo, ResourceRequestInfo } from '../contract/request-info.ts';
import type { Exchange } from '../contract/stage.ts';
import { SampledCounter } from './sampled-counter.ts';

/** Upstream's buckets of apiserver_request_duration_seconds. */
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

/** Upstream's buckets of apiserver_response_sizes. */
const SIZE_BUCKETS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

const DURATION_LABELS = ['verb', 'dry_run', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const;

interface Shape {
  readonly labels: Readonly<Record<string, string>>;
  readonly duration: Series;
  /** Undefined until the length of an answer is known. */
  sizes: Series | undefined;
  readonly codes: Map<number, { value: number }>;
  running: number;
  readonly longRunning: boolean;
}

const UPSTREAM_VERBS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', deletecollection: 'DELETECOLLECTION' };
const CONNECT = new Set(['exec', 'attach', 'portforward', 'proxy']);
const MUTATING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

function verbOf(info: RequestInfo): string {
  if (!info.isResource) return info.verb.toUpperCase();
  if (CONNECT.has(info.subresource)) return 'CONNECT';
  return UPSTREAM_VERBS[info.verb] ?? info.verb.toUpperCase();
}

function scopeOf(info: RequestInfo): string {
  if (!info.isResource) return '';
  if (info.name !== '' || info.verb === 'create') return 'resource';
  return info.namespace === '' ? 'cluster' : 'namespace';
}

const dryRunOf = (request: ApiRequest): string => (request.query.get('dryRun') === 'All' ? 'All' : '');

const isLongRunning = (info: RequestInfo, request: ApiRequest): boolean =>
  info.isResource &&
  (info.verb === 'watch' || CONNECT.has(info.subresource) || (info.subresource === 'log' && request.query.get('follow') === 'true'));

/** Registers the metrics that are read from the shapes when they are scraped. Returns the histogram that each request is recorded in. */
function showShapes(registry: Registry, shapes: ReadonlyMap<string, Shape>, inflight: Readonly<Record<string, number>>): AccumulatedHistogram {
  const registers = [registry];
  const duration = new AccumulatedHistogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Seconds from a request to the end of its answer, long-running requests left out.',
    labelNames: DURATION_LABELS,
    buckets: BUCKETS,
    registry,
  });
  new SampledCounter({
    name: 'apiserver_request_total',
    help: 'Requests answered, by what they asked for and the HTTP code.',
    labelNames: [...DURATION_LABELS, 'code'],
    registry,
    *samples() {
      for (const { labels, duration, codes } of shapes.values()) {
        for (const [code, { value }] of codes) yield { labels: { ...labels, code: String(code) }, text: `${duration.text},code="${code}"`, value };
      }
    },
  });
  new Gauge({
    name: 'apiserver_current_inflight_requests',
    help: 'Requests being worked on now, long-running ones left out.',
    labelNames: ['request_kind'],
    registers,
    collect() {
      for (const [kind, count] of Object.entries(inflight)) this.set({ request_kind: kind }, count);
    },
  });
  new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Watches, followed logs and connections into pods that are open now.',
    labelNames: DURATION_LABELS.filter((label) => label !== 'dry_run'),
    registers,
    collect() {
      this.reset();
      for (const { labels, running, longRunning } of shapes.values()) {
        if (!longRunning) continue;
        const { dry_run: _, ...shown } = labels;
        this.set(shown, running);
      }
    },
  });
  return duration;
}

/** Shows which deprecated resources have been asked for, and the release that removes each. */
function showDeprecated(registry: Registry, shapes: ReadonlyMap<string, Shape>, deprecationOf: (resource: ServedName) => string | undefined): void {
  new Gauge({
    name: 'apiserver_requested_deprecated_apis',
    help: 'Deprecated resources that have been asked for: 1 each, with the release that removes it.',
    labelNames: ['group', 'version', 'resource', 'subresource', 'removed_release'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels } of shapes.values()) {
        const { group = '', version = '', resource = '', subresource = '' } = labels;
        const text = resource === '' ? undefined : deprecationOf({ group, version, plural: resource });
        if (text === undefined) continue;
        const removed_release = /unavailable in v(\d+\.\d+)\+/.exec(text)?.[1] ?? '';
        this.set({ group, version, resource, subresource, removed_release }, 1);
      }
    },
  });
}

/** The name of a served resource. */
type ServedName = Pick<ResourceRequestInfo, 'group' | 'version' | 'plural'>;

/** The part of an exchange that is counted. */
type Requested = Pick<Exchange, 'request' | 'info'>;

/**
 * Counts requests under upstream's names; each request costs a look-up and two additions. Requests for resources that `isServed` denies are
 * counted together: clients must not be able to make series without end. `deprecationOf` returns the warning of a deprecated resource.
 */
export function requestMetrics(
  registry: Registry,
  isServed: (info: ResourceRequestInfo) => boolean,
  deprecationOf: (resource: ServedName) => string | undefined = () => undefined,
) {
  const shapes = new Map<string, Shape>();
  const inflight = { mutating: 0, readOnly: 0 };
  const duration = showShapes(registry, shapes, inflight);
  showDeprecated(registry, shapes, deprecationOf);
  const sizes = new AccumulatedHistogram({
    name: 'apiserver_response_sizes',
    help: 'Bytes of answers to gets and lists, before compression.',
    labelNames: DURATION_LABELS.filter((label) => label !== 'dry_run'),
    buckets: SIZE_BUCKETS,
    registry,
  });

  /** The key that a request is counted under: everything about it that a label shows, in one text. */
  function keyOf(request: ApiRequest, info: RequestInfo | undefined): string {
    const dryRun = request.query.size === 0 ? '' : dryRunOf(request);
    if (!info?.isResource) return `${request.method} ${dryRun}`;
    const follows = info.subresource === 'log' && isLongRunning(info, request);
    const { verb, group, version, plural, subresource, name, namespace } = info;
    return `${verb} ${group}/${version}/${plural}/${subresource} ${name === '' ? (namespace === '' ? 'c' : 'n') : 'r'} ${dryRun} ${follows}`;
  }

  function shapeOf(request: ApiRequest, info: RequestInfo | undefined): Shape {
    const key = keyOf(request, info);
    const known = shapes.get(key);
    if (known) return known;
    if (info?.isResource && !isServed(info)) return shapeOf(request, undefined);
    const verb = info ? verbOf(info) : request.method;
    const longRunning = info !== undefined && isLongRunning(info, request);
    const at = info?.isResource ? info : { group: '', version: '', plural: '', subresource: '' };
    const labels = {
      verb,
      dry_run: dryRunOf(request),
      group: at.group,
      version: at.version,
      resource: at.plural,
      subresource: at.subresource,
      scope: info ? scopeOf(info) : '',
      component: 'apiserver',
    };
    const shape: Shape = { labels, duration: duration.series(labels), sizes: undefined, codes: new Map(), running: 0, longRunning };
    shapes.set(key, shape);
    return shape;
  }

  function size(shape: Shape, bytes: number): void {
    if (shape.labels.resource === '') return;
    const { dry_run: _, ...labels } = shape.labels;
    shape.sizes ??= sizes.series(labels);
    sizes.record(shape.sizes, bytes);
  }

  const kindOf = (request: ApiRequest) => (MUTATING.has(request.method) ? 'mutating' : 'readOnly');

  return {
    name: 'metrics',
    received({ request, info }: Requested) {
      const shape = isLongRunning(info, request) ? shapeOf(request, info) : undefined;
      if (shape?.longRunning) shape.running++;
      else inflight[kindOf(request)]++;
    },
    finished({ request, info }: Requested, _stage: LastStage, code: number, seconds: number, bytes?: number) {
      const shape = shapeOf(request, info);
      if (bytes !== undefined) size(shape, bytes);
      const count = shape.codes.get(code);
      if (count) count.value++;
      else shape.codes.set(code, { value: 1 });
      if (shape.longRunning) {
        shape.running--;
        return;
      }
      inflight[kindOf(request)]--;
      duration.record(shape.duration, seconds);
    },
    written({ request, info }: Requested, bytes: number) {
      size(shapeOf(request, info), bytes);
    },
  } satisfies RequestObserver;
}
