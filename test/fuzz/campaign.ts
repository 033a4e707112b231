import { createChance } from '../../base/chance.fixture.ts';
import { nextRequest } from './generator.ts';
import type { FuzzRequest } from './request.ts';
import { WIDGETS } from './rich-objects.ts';
import { shrink } from './shrink.ts';
import type { Target } from './target.ts';
import { faultOf } from './verdict.ts';

export interface Failure {
  /** The number of the request in the campaign. */
  readonly index: number;
  readonly fault: string;
  /** The smallest request that shows the fault; the one that was sent if the fault does not show again. */
  readonly request: FuzzRequest;
  readonly repeats: boolean;
}

/** Requests that are under way at the same time: enough that streams, each of which is read for a moment, do not hold the others up. */
const LANES = 32;
/** Another client's request must be answered within this time, which is ample on a slow machine. */
const PROBE: FuzzRequest = { method: 'GET', path: '/livez', headers: {}, body: undefined };

const jsonRequest = (method: string, path: string, body: unknown): FuzzRequest => ({
  method,
  path,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});

/** Creates what the requests meet: a namespace with its first objects, and a CustomResourceDefinition. */
export async function prepare(target: Target): Promise<void> {
  await target.send(jsonRequest('POST', '/api/v1/namespaces', { metadata: { name: 'fuzz' } }));
  await target.send(jsonRequest('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', WIDGETS));
  await target.send(jsonRequest('POST', '/api/v1/namespaces/fuzz/configmaps', { metadata: { name: 'first' }, data: { a: 'x'.repeat(100) } }));
  const data = Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`key${i}`, 'v']));
  await target.send(jsonRequest('POST', '/api/v1/namespaces/fuzz/configmaps', { metadata: { name: 'big' }, data }));
  const bounds = [
    { type: 'Container', default: { cpu: '1' } },
    { type: 'Pod', max: { cpu: '1000' } },
  ];
  await target.send(jsonRequest('POST', '/api/v1/namespaces/fuzz/limitranges', { metadata: { name: 'first' }, spec: { limits: bounds } }));
  const hard = {
    pods: '1G',
    'limits.cpu': '1G',
    'requests.cpu': '1G',
    'requests.example.com/gpu': '1G',
    services: '1G',
    'count/widgets.fuzz.example.com': '1G',
  };
  await target.send(jsonRequest('POST', '/api/v1/namespaces/fuzz/resourcequotas', { metadata: { name: 'first' }, spec: { hard } }));
  const pod = jsonRequest('POST', '/api/v1/namespaces/fuzz/pods', { metadata: { name: 'first' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
  // Pods need the namespace's service account, which a controller makes, and a quota that was counted.
  for (let outcome = await target.send(pod); outcome.kind === 'answer' && outcome.status === 403; ) outcome = await target.send(pod);
  const widget = jsonRequest('POST', '/apis/fuzz.example.com/v1/namespaces/fuzz/widgets', {
    apiVersion: 'fuzz.example.com/v1',
    kind: 'Widget',
    metadata: { name: 'first' },
    spec: { choice: { a: 'x' } },
  });
  // The resource is served a moment after its definition.
  for (let outcome = await target.send(widget); outcome.kind === 'answer' && outcome.status === 404; ) outcome = await target.send(widget);
  await target.longestTurn();
}

/** Sends one request alone. Returns its fault, if it has one. */
export async function check(target: Target, request: FuzzRequest): Promise<string | undefined> {
  let outcome = await target.send(request);
  // The answer to HEAD has no text to judge it by; that to GET tells why.
  if (request.method === 'HEAD' && outcome.kind === 'answer' && outcome.status >= 500) outcome = await target.send({ ...request, method: 'GET' });
  const turn = await target.longestTurn();
  return target.ended() ?? faultOf(request, outcome, turn);
}

/**
 * Sends `count` requests that the seed determines, some at a time, with a probe of /livez beside each group. A group in which something is wrong
 * is sent again one by one, and the failing request is made smaller. Ends early when the server does, or `goesOn`, which is told how many
 * requests have been answered, returns false.
 */
export async function* campaign(
  target: Target,
  seed: number,
  count: number,
  goesOn: (answered: number) => boolean = () => true,
): AsyncGenerator<Failure> {
  const chance = createChance(seed);
  for (let index = 0; index < count && goesOn(index); index += LANES) {
    const group = Array.from({ length: Math.min(LANES, count - index) }, () => nextRequest(chance));
    const [probe, ...outcomes] = await Promise.all([target.send(PROBE), ...group.map((request) => target.send(request))]);
    const turn = await target.longestTurn();
    const faults = outcomes.map((outcome, i) => faultOf(group[i] ?? PROBE, outcome, 0));
    const dead = target.ended();
    if (dead !== undefined) {
      yield { index, fault: `${dead}\nthe last requests:`, request: group[0] ?? PROBE, repeats: false };
      return;
    }
    if (probe?.kind !== 'answer' || probe.status !== 200)
      yield { index, fault: `/livez: ${JSON.stringify(probe)}`, request: group[0] ?? PROBE, repeats: false };
    // A long turn may be any request's of the group.
    const isLong = faultOf(PROBE, { kind: 'answer', status: 200, text: '' }, turn) !== undefined;
    const suspects = [...group.keys()].filter((i) => isLong || faults[i] !== undefined);
    for (const i of suspects) {
      const request = group[i] ?? PROBE;
      const failure = await examine(target, request, faults[i]);
      if (failure) yield { index: index + i, ...failure };
      if (target.ended() !== undefined) return;
    }
  }
}

async function examine(target: Target, request: FuzzRequest, seen: string | undefined): Promise<Omit<Failure, 'index'> | undefined> {
  const fault = await check(target, request);
  if (fault === undefined) {
    const isJudged = seen === undefined || seen.startsWith('the connection broke') || request.method === 'HEAD';
    return isJudged ? undefined : { fault: seen, request, repeats: false };
  }
  // The garbage of earlier requests may have to be collected in a turn: the fault is the request's own if it shows again.
  if (fault.startsWith('the event loop') && (await check(target, request)) === undefined) return undefined;
  const smallest = await shrink(request, async (smaller) => sameFault(await check(target, smaller), fault));
  return { fault, request: smallest, repeats: true };
}

/** Whether two faults begin alike: numbers and names within them differ from request to request. */
const sameFault = (a: string | undefined, b: string): boolean => a !== undefined && a.slice(0, 20) === b.slice(0, 20);
