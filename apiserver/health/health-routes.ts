import type { Probe } from '../../runtime/observe/health-slis.ts';
import { healthSlis } from '../../runtime/observe/health-slis.ts';
import type { ApiRequest, ApiResponse } from '../contract/request.ts';
import type { RouteHandler } from '../contract/route.ts';
import { documentResponse, textResponse } from '../encode/plain-response.ts';

/** A condition of the server's health. */
export interface HealthCheck {
  readonly name: string;
  /** The probes that it counts for. Default: all. */
  readonly for?: readonly Probe[];
  /** Resolves to undefined if all is well, otherwise to the fault. It is logged, and shown at the check's own path alone, which needs a right. */
  readonly check: () => Promise<string | undefined> | string | undefined;
}

const PING: HealthCheck = { name: 'ping', check: () => undefined };

async function failureOf(check: HealthCheck): Promise<string | undefined> {
  try {
    return await check.check();
  } catch (error) {
    return String(error);
  }
}

async function answerAll(
  probe: Probe,
  checks: readonly HealthCheck[],
  request: ApiRequest,
  told: (check: string, why: string | undefined) => void,
): Promise<ApiResponse> {
  const excluded = new Set(request.query.getAll('exclude'));
  const results = await Promise.all(
    checks.map(async (check) => ({
      name: check.name,
      excluded: excluded.has(check.name),
      failure: excluded.has(check.name) ? undefined : await failureOf(check),
    })),
  );
  const lines = results.map(({ name, excluded: left, failure }) => {
    if (left) return `[+]${name} excluded: ok\n`;
    told(name, failure);
    if (failure === undefined) return `[+]${name} ok\n`;
    return `[-]${name} failed: reason withheld\n`;
  });
  const unknown = [...excluded].filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0)
    lines.push(
      `warn: some health checks cannot be excluded: no matches for ${unknown
        .sort()
        .map((name) => JSON.stringify(name))
        .join(',')}\n`,
    );
  if (results.some(({ failure }) => failure !== undefined)) return textResponse(500, `${lines.join('')}${probe} check failed\n`);
  return textResponse(200, request.query.has('verbose') ? `${lines.join('')}${probe} check passed\n` : 'ok');
}

/**
 * Serves /healthz, /livez and /readyz, with ?verbose and ?exclude=NAME, and each check under its own path, in upstream's text form; and at
 * /metrics/slis the outcomes of the checks.
 * `failed` is told each fault: the answer of a probe, which is public, does not show it.
 */
export function healthRoutes(checks: readonly HealthCheck[], failed: (check: string, why: string) => void): readonly RouteHandler[] {
  const probes: readonly Probe[] = ['healthz', 'livez', 'readyz'];
  const slis = healthSlis();
  const routes = probes.flatMap((probe) => {
    const own = [PING, ...checks.filter((check) => check.for === undefined || check.for.includes(probe))];
    const single: RouteHandler = {
      path: `/${probe}/*`,
      async handle(request) {
        const name = request.path.slice(probe.length + 2);
        const check = own.find((candidate) => candidate.name === name);
        if (!check) return textResponse(404, '404 page not found\n');
        const failure = await failureOf(check);
        if (failure === undefined) return textResponse(200, 'ok');
        failed(name, failure);
        return textResponse(500, `internal server error: ${failure}\n`);
      },
    };
    const told = (check: string, why: string | undefined) => {
      slis.observe(check, probe, why === undefined);
      if (why !== undefined) failed(check, why);
    };
    return [{ path: `/${probe}`, open: true, handle: (request: ApiRequest) => answerAll(probe, own, request, told) }, single];
  });
  return [...routes, { path: '/metrics/slis', handle: async () => documentResponse(await slis.show()) }];
}
