import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../../base/clock.ts';
import type { HttpTarget, ProbeOutcome } from '../contract/probe-transport.ts';
import { dialProblem, hostText, PLAIN_ANSWER } from './dial-problem.ts';

/** The most that is read of a body, in bytes (pkg/probe/http: maxRespBodyLength). */
const MAX_BODY = 10 * 1024;
const MAX_REDIRECTS = 10;
/** Answers whose `Location` Go's client goes to; of the others in 3xx the answer counts as it is. */
const FOLLOWED: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const OK: ProbeOutcome = { ok: true, message: '' };
const failed = (text: string): ProbeOutcome => ({ ok: false, message: text });

/**
 * Probes as kubelet does (pkg/probe/http/http.go): redirects to the same host are followed, up to ten; one to another host counts as a success
 * that is worth a warning, and is not followed. The time-out is for all of them together. Never rejects.
 */
export const probeHttp = (target: HttpTarget, timeoutMs: number, clock: Clock): Promise<ProbeOutcome> =>
  lastAnswer(target, timeoutMs, clock, outcomeOf);

/**
 * Calls a hook as kubelet does (pkg/kubelet/lifecycle/handlers.go): any answer is a success. A server that speaks plain HTTP where the hook says HTTPS is
 * called by it, which is worth a warning. Never rejects.
 */
export async function callHook(target: HttpTarget, timeoutMs: number, clock: Clock): Promise<ProbeOutcome> {
  const call = (to: HttpTarget) =>
    lastAnswer(to, timeoutMs, clock, async (response) => {
      response.destroy();
      return OK;
    });
  const outcome = await call(target);
  if (outcome.ok || !outcome.message.endsWith(PLAIN_ANSWER)) return outcome;
  const headers = target.headers.filter(({ name }) => name.toLowerCase() !== 'authorization');
  const plain = await call({ ...target, scheme: 'http', headers });
  if (!plain.ok) return outcome;
  const place = `${hostText(target.host)}:${target.port}`;
  return { ok: true, kind: 'warning', message: `request to HTTPS lifecycle hook ${place} got HTTP response, retry with HTTP succeeded` };
}

type Judge = (response: IncomingMessage, code: number) => Promise<ProbeOutcome>;

/** Judges the answer to which redirects on the same host lead. */
async function lastAnswer(target: HttpTarget, timeoutMs: number, clock: Clock, judge: Judge): Promise<ProbeOutcome> {
  const timeout = new AbortController();
  const cancelTimer = clock.after(timeoutMs, () => timeout.abort());
  let text = `${target.scheme}://${hostText(target.host)}:${target.port}${target.path}`;
  const problem = (words: string) => failed(`Get "${text}": ${words}`);
  try {
    let url = new URL(text);
    const { hostname } = url;
    for (let redirects = 0; ; redirects++) {
      const response = await get(url, target, timeout.signal);
      const code = response.statusCode ?? 0;
      const next = FOLLOWED.has(code) && response.headers.location ? URL.parse(response.headers.location, url.href) : undefined;
      if (next?.hostname !== hostname) return await judge(response, code);
      response.destroy();
      if (redirects === MAX_REDIRECTS - 1) return problem(`stopped after ${MAX_REDIRECTS} redirects`);
      url = next;
      text = url.href;
    }
  } catch (error) {
    if (timeout.signal.aborted) return problem('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
    return problem(error instanceof Error ? error.message : String(error));
  } finally {
    cancelTimer();
  }
}

const portOf = ({ port, protocol }: URL): number => Number(port) || (protocol === 'https:' ? 443 : 80);

async function outcomeOf(response: IncomingMessage, code: number): Promise<ProbeOutcome> {
  if (code < 200 || code >= 400) {
    response.destroy();
    return failed(`HTTP probe failed with statuscode: ${code}`);
  }
  if (code < 300) {
    response.destroy();
    return OK;
  }
  return { ok: true, kind: 'warning', message: `Probe terminated redirects, Response body: ${await bodyOf(response)}` };
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of response) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_BODY) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY).toString();
}

function get(url: URL, target: HttpTarget, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: portOf(url),
      path: `${url.pathname}${url.search}`,
      headers: headersOf(target),
      agent: false,
      signal,
      // Probes do not check certificates (https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/).
      rejectUnauthorized: false,
    });
    request.on('response', resolve);
    request.on('error', (error) => reject(new Error(dialProblem(error, target.host, target.port))));
    request.end();
  });
}

/** A header that is named twice is sent twice. */
function headersOf({ headers }: HttpTarget): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { name, value } of headers) found[name] = [...(found[name] ?? []), value];
  return found;
}
