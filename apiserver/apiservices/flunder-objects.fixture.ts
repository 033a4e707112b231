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

/** Flunders in memory, with watches: the smallest thing that kubectl takes for a resource. */
export function flunderObjects() {
  const stored = new Map<string, Flunder>();
  const watchers = new Set<{ readonly namespace: string | undefined; readonly response: ServerResponse }>();
  let revision = 0;

  function emit(type: string, object: Flunder): void {
    for (const { namespace, response } of watchers)
      if (namespace === undefined || object.metadata.namespace === namespace) response.write(`${JSON.stringify({ type, object })}\n`);
  }

  function create(namespace: string, body: Flunder): Flunder {
    const object: Flunder = {
      ...body,
      apiVersion: API_VERSION,
      kind: 'Flunder',
      metadata: {
        ...body.metadata,
        namespace,
        resourceVersion: String(++revision),
        uid: `00000000-0000-4000-8000-${String(revision).padStart(12, '0')}`,
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
    };
    stored.set(`${namespace}/${body.metadata.name}`, object);
    emit('ADDED', object);
    return object;
  }

  function list(method: string, namespace: string | undefined): object {
    const items = [...stored.values()].filter((one) => namespace === undefined || one.metadata.namespace === namespace);
    if (method === 'DELETE') {
      for (const one of items) stored.delete(`${one.metadata.namespace}/${one.metadata.name}`);
      for (const one of items) emit('DELETED', one);
    }
    return { kind: 'FlunderList', apiVersion: API_VERSION, metadata: { resourceVersion: String(revision) }, items };
  }

  function watch(namespace: string | undefined, since: string | null, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    const watcher = { namespace, response };
    watchers.add(watcher);
    response.on('close', () => watchers.delete(watcher));
    if (since !== null && since !== '' && since !== '0') return;
    for (const object of stored.values())
      if (namespace === undefined || object.metadata.namespace === namespace) response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
  }

  function answer({ method, body }: FlunderRequest, namespace: string | undefined, name: string | undefined): readonly [number, object] {
    if (name === undefined && method === 'POST' && body && namespace) return [201, create(namespace, body)];
    if (name === undefined) return [200, list(method, namespace)];
    const key = `${namespace}/${name}`;
    const object = stored.get(key);
    if (!object) return [404, failure(404, 'NotFound', `flunders.wardle.example.com "${name}" not found`)];
    if (method === 'DELETE') {
      stored.delete(key);
      emit('DELETED', object);
    }
    return [200, object];
  }

  return {
    get watches() {
      return watchers.size;
    },
    endWatches() {
      for (const { response } of watchers) response.end();
    },
    serve(request: FlunderRequest, response: ServerResponse): void {
      const { path, query } = request;
      const match = PATH.exec(path);
      const [, namespace, name] = match ?? [];
      if (!match) json(response, 404, failure(404, 'NotFound', 'the server could not find the requested resource'));
      else if (name === undefined && /^(true|1)$/.test(query.get('watch') ?? '')) watch(namespace, query.get('resourceVersion'), response);
      else json(response, ...answer(request, namespace, name));
    },
  };
}
