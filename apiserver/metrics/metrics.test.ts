import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { isKind } from '../../api/definition/kind.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { processMetrics } from '../../runtime/observe/process-metrics.ts';
import type { ApiRequest } from '../contract/request.ts';
import { exchangeOf } from '../stages/exchange.ts';
import { requestMetrics } from './request-metrics.ts';
import { storageMetrics } from './storage-metrics.ts';

function request(method: string, path: string, query = ''): ApiRequest {
  return { method, path, query: new URLSearchParams(query), headers: {}, signal: new AbortController().signal };
}

describe('the API server’s metrics', () => {
  it('count requests by what they asked for, and their time in cumulative buckets', async () => {
    const registry = new Registry();
    const observer = requestMetrics(registry, () => true);
    const list = request('GET', '/api/v1/namespaces/default/pods');
    for (const seconds of [0.001, 0.03, 70]) {
      observer.received(exchangeOf(list));
      observer.finished(exchangeOf(list), 'ResponseComplete', 200, seconds);
    }
    const text = await registry.metrics();
    const labels = 'verb="LIST",dry_run="",group="",version="v1",resource="pods",subresource="",scope="namespace",component="apiserver"';
    expect(text).toContain(`apiserver_request_total{${labels},code="200"} 3`);
    const ordered = (le: string) => new RegExp(`apiserver_request_duration_seconds_bucket\\{[^}]*le="${le}"[^}]*\\} (\\d+)`).exec(text)?.[1];
    expect([ordered('0.005'), ordered('0.05'), ordered('60'), ordered('\\+Inf')]).toEqual(['1', '2', '2', '3']);
    expect(text).toMatch(/apiserver_request_duration_seconds_count\{[^}]*\} 3/);
  });

  it('show watches as running while they do, and not among the requests in flight', async () => {
    const registry = new Registry();
    const observer = requestMetrics(registry, () => true);
    const watch = request('GET', '/api/v1/pods', 'watch=true');
    observer.received(exchangeOf(watch));
    const during = await registry.metrics();
    expect(during).toMatch(/apiserver_longrunning_requests\{verb="WATCH"[^}]*\} 1/);
    expect(during).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 0');
    observer.finished(exchangeOf(watch), 'ResponseComplete', 200, 100);
    expect(await registry.metrics()).toMatch(/apiserver_longrunning_requests\{verb="WATCH"[^}]*\} 0/);
  });

  it('make no series for what is not served', async () => {
    const registry = new Registry();
    const observer = requestMetrics(registry, (info) => isKind(info, pods));
    for (let i = 0; i < 3; i++) {
      for (const path of [`/api/v1/bogus${i}`, `/apis/group${i}/v1/pods${i}`]) {
        const asked = request('GET', path, `watch=${i % 2}&dryRun=x${i}`);
        observer.received(exchangeOf(asked));
        observer.finished(exchangeOf(asked), 'ResponseComplete', 404, 0.001);
      }
    }
    const text = await registry.metrics();
    expect(text.match(/^apiserver_request_total\{.*/gm)).toEqual([expect.stringMatching(/verb="GET",dry_run="",group="",.*code="404"\} 6$/)]);
    expect(text).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 0');
  });

  const promtool = ['/usr/bin/promtool', '/usr/local/bin/promtool'].find((path) => existsSync(path));
  (promtool ? it : it.skip)('leave promtool nothing to complain about', async () => {
    const registry = new Registry();
    const observer = requestMetrics(registry, () => true);
    storageMetrics(registry, () => [{ group: 'apps', version: 'v1', plural: 'deployments', objects: 4, watchEvents: 7 }]);
    processMetrics(registry);
    const create = request('POST', '/apis/apps/v1/namespaces/default/deployments');
    observer.received(exchangeOf(create));
    observer.finished(exchangeOf(create), 'ResponseComplete', 201, 0.002);
    const input = await registry.metrics();
    expect(execFileSync(promtool ?? '', ['check', 'metrics'], { input, encoding: 'utf8' })).toBe('');
    registry.clear();
  });
});
