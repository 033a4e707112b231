import { describe, expect, it } from '@jest/globals';
import { matchPath } from './path-match.ts';

describe('the paths of the node’s server', () => {
  it.each([
    ['/healthz', { kind: 'healthz' }],
    ['/pods', { kind: 'pods' }],
    ['/runningpods', { kind: 'runningPods' }],
    ['/runningpods/', { kind: 'runningPods' }],
    ['/configz', { kind: 'configz' }],
    ['/metrics', { kind: 'metrics' }],
    ['/metrics/slis', { kind: 'slis' }],
    ['/metrics/cadvisor', { kind: 'containerMetrics' }],
    ['/metrics/probes', { kind: 'probeMetrics' }],
    ['/metrics/resource', { kind: 'resourceMetrics' }],
    ['/stats/summary', { kind: 'summary' }],
    ['/containerLogs/ns/p/c', { kind: 'containerLogs', namespace: 'ns', pod: 'p', container: 'c' }],
    ['/exec/ns/p/c', { kind: 'exec', namespace: 'ns', pod: 'p', container: 'c' }],
    ['/exec/ns/p/uid/c', { kind: 'exec', namespace: 'ns', pod: 'p', uid: 'uid', container: 'c' }],
    ['/attach/ns/p/c', { kind: 'attach', namespace: 'ns', pod: 'p', container: 'c' }],
    ['/run/ns/p/c', { kind: 'run', namespace: 'ns', pod: 'p', container: 'c' }],
    ['/portForward/ns/p', { kind: 'portForward', namespace: 'ns', pod: 'p' }],
    ['/portForward/ns/p/uid', { kind: 'portForward', namespace: 'ns', pod: 'p', uid: 'uid' }],
    ['/logs/', { kind: 'nodeLogs', path: '' }],
    ['/logs', { kind: 'nodeLogs', path: '' }],
    ['/logs/pods/a%20b', { kind: 'nodeLogs', path: 'pods/a b' }],
    ['/', undefined],
    ['/exec/ns/p', undefined],
    ['/exec/ns/p/a/b/c', undefined],
    ['/debug/pprof', undefined],
  ])('%s', (path, expected) => {
    expect(matchPath(path)).toEqual(expected);
  });
});
