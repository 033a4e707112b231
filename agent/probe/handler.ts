import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { HTTPGetAction, LifecycleHandler } from '../../api/pod/container/probe.ts';
import type { Measured, Surroundings } from '../contract/node-parts.ts';
import type { ProbeOutcome, ProbeTransport } from '../contract/probe-transport.ts';

/** A port by number, or by its name among the container's ports. @throws Error in the words of kubelet (pkg/probe/util.go) if there is no such port. */
export function portNumber(container: Container, port: number | string): number {
  const named = typeof port === 'string' ? container.ports?.find(({ name }) => name === port)?.containerPort : port;
  if (named === undefined && !/^[+-]?\d+$/.test(String(port))) throw new Error(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
  const number = named ?? Number(port);
  if (number <= 0 || number > 65_535) throw new Error(`invalid port number: ${number}`);
  return number;
}

export function httpTarget(container: Container, action: HTTPGetAction, podIp: string, userAgent: string) {
  const headers = action.httpHeaders ?? [];
  const has = (name: string) => headers.some((header) => header.name.toLowerCase() === name);
  const path = action.path ?? '/';
  return {
    scheme: (action.scheme ?? 'HTTP').toLowerCase() === 'https' ? ('https' as const) : ('http' as const),
    host: action.host || podIp,
    port: portNumber(container, action.port),
    path: path.startsWith('/') ? path : `/${path}`,
    headers: [
      ...headers,
      ...(has('user-agent') ? [] : [{ name: 'User-Agent', value: userAgent }]),
      ...(has('accept') ? [] : [{ name: 'Accept', value: '*/*' }]),
    ],
  };
}

/** Records that a hook was called by HTTP, though it says HTTPS. */
export function warnOfFallback({ recorder, podMetrics }: Measured & Pick<Surroundings, 'recorder'>, pod: Live<Pod>, outcome: ProbeOutcome): void {
  if (outcome.kind !== 'warning') return;
  podMetrics.hookFellBackToHttp();
  recorder.event(pod, 'Warning', 'LifecycleHTTPFallback', outcome.message);
}

/** Runs a postStart or preStop handler to its end. */
export async function runHandler(
  handler: LifecycleHandler,
  container: Container,
  containerId: string,
  podIp: string,
  transport: ProbeTransport,
  timeoutMs: number,
  sleep: (ms: number) => Promise<void>,
): Promise<ProbeOutcome> {
  if (handler.exec) return transport.exec(containerId, handler.exec.command ?? [], timeoutMs);
  if (handler.httpGet) return transport.hook(httpTarget(container, handler.httpGet, podIp, 'kube-lifecycle/1.36'), timeoutMs);
  if (handler.sleep) {
    await sleep(Math.min(timeoutMs, handler.sleep.seconds * 1000));
    return { ok: true, message: '' };
  }
  // tcpSocket was never supported for hooks upstream: it is accepted, and fails.
  return { ok: false, message: 'invalid handler: no action that a lifecycle hook can take' };
}
