import type { ServerResponse } from 'node:http';

export interface Flunder {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: { name?: string; namespace?: string; resourceVersion?: string; uid?: string; creationTimestamp?: string };
  readonly spec?: { readonly reference?: string };
}

interface FlunderRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Flunder | undefined;
}

const API_VERSION = 'wardle.example.com/v1alpha1';
const PATH = /^\/apis\/wardle\.example\.com\/v1alpha1(?:\/namespaces\/([^/]+))?\/flunders(?:\/([^/]+))?$/;

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

const failure = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

/** The answer of a server that begins no watch with a list: without it clients wait for the list's end. */
const NO_WATCH_LISTS = failure(
  422,
  'Invalid',
  'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
);

interface Watcher {
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
  readonly response: ServerResponse;
}

interface Change {
  readonly type: 'ADDED' | 'DELETED';
  /** Has the change's revision as its resourceVersion. */
  readonly object: Flunder;
}

/** Flunders in memory, with a history from which watches resume: the smallest thing that kubectl takes for a resource. */
export function flunderObjects() {
  const stored = new Map<string, Flunder>();
  const history: Change[] = [];
  const watchers = new Set<Watcher>();
  let revision = 0;

  function send({ namespace, response }: Watcher, change: Change): void {
    if (namespace === undefined || change.object.metadata.namespace === namespace) response.write(`${JSON.stringify(change)}\n`);
  }

  function record(type: Change['type'], flunder: Flunder): Flunder {
    const object = { ...flunder, metadata: { ...flunder.metadata, resourceVersion: String(++revision) } };
    const change = { type, object };
    history.push(change);
    for (const watcher of watchers) send(watcher, change);
    return object;
  }

  function create(namespace: string, body: Flunder): Flunder {
    const object = record('ADDED', {
      ...body,
      apiVersion: API_VERSION,
      kind: 'Flunder',
      metadata: {
        ...body.metadata,
        namespace,
        uid: `00000000-0000-4000-8000-${String(revision + 1).padStart(12, '0')}`,
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
    });
    stored.set(`${namespace}/${body.metadata.name}`, object);
    return object;
  }

  function list(method: string, namespace: string | undefined): object {
    const items = [...stored.values()].filter((one) => namespace === undefined || one.metadata.namespace === namespace);
    if (method === 'DELETE') {
      for (const one of items) stored.delete(`${one.metadata.namespace}/${one.metadata.name}`);
      for (const one of items) record('DELETED', one);
    }
    return { kind: 'FlunderList', apiVersion: API_VERSION, metadata: { resourceVersion: String(revision) }, items };
  }

  /** Goes on after the revision `since`, or begins with all that is stored. Each change has one revision, from 1 on, so the revision is an index. */
  function watch(namespace: string | undefined, since: string | null, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    const watcher = { namespace, response };
    watchers.add(watcher);
    response.on('close', () => watchers.delete(watcher));
    const after = Number(since ?? 0);
    if (after > 0) for (const change of history.slice(after)) send(watcher, change);
    else for (const object of stored.values()) send(watcher, { type: 'ADDED', object });
  }

  function answer({ method, body }: FlunderRequest, namespace: string | undefined, name: string | undefined): readonly [number, object] {
    if (name === undefined && method === 'POST' && body && namespace) return [201, create(namespace, body)];
    if (name === undefined) return [200, list(method, namespace)];
    const key = `${namespace}/${name}`;
    const object = stored.get(key);
    if (!object) return [404, failure(404, 'NotFound', `flunders.wardle.example.com "${name}" not found`)];
    if (method === 'DELETE') {
      stored.delete(key);
      record('DELETED', object);
    }
    return [200, object];
  }

  return {
    /** The namespace of each watch under way; undefined for one over all namespaces. */
    watchedNamespaces: (): readonly (string | undefined)[] => [...watchers].map(({ namespace }) => namespace),
    endWatches() {
      for (const { response } of watchers) response.end();
    },
    serve(request: FlunderRequest, response: ServerResponse): void {
      const { path, query } = request;
      const match = PATH.exec(path);
      const [, namespace, name] = match ?? [];
      if (!match) json(response, 404, failure(404, 'NotFound', 'the server could not find the requested resource'));
      else if (query.has('sendInitialEvents')) json(response, 422, NO_WATCH_LISTS);
      else if (name === undefined && /^(true|1)$/.test(query.get('watch') ?? '')) watch(namespace, query.get('resourceVersion'), response);
      else json(response, ...answer(request, namespace, name));
    },
  };
}
