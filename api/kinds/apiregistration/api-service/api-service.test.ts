import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, statusErrors, stored, updated, updateErrors } from '../../../definition/strategy.fixture.ts';
import { availabilityOf, isAvailable, LOCAL, withAvailability } from './conditions.ts';
import { apiServices } from './index.ts';
import type { APIService, APIServiceSpec } from './schema.ts';

const { strategy, columns } = apiServices;
const NOW = Date.parse('2026-01-01T00:00:05Z');
const service = { namespace: 'a', name: 'server' };
const spec: APIServiceSpec = { group: 'example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 15 };
const apiService = (changed: Partial<APIServiceSpec> = {}, name = 'v1.example.com'): APIService => ({
  metadata: { name },
  spec: { ...spec, ...changed },
});
const withStatus = (status: string, reason: string): APIService => ({
  ...apiService({ service }),
  status: { conditions: [{ ...condition(status), reason }] },
});
const condition = (status: string) => ({ type: 'Available', status, reason: 'R', message: 'M', lastTransitionTime: '2026-01-01T00:00:00Z' });

describe('an APIService', () => {
  it.each<[string, APIService, string]>([
    [
      'is named for its version and group',
      apiService({}, 'other'),
      'metadata.name: Invalid value: "other": must be `spec.version+"."+spec.group`: "v1.example.com"',
    ],
    [
      'has a group, unless it is the core',
      apiService({ group: '', version: 'v2' }, 'v2.'),
      'spec.group: Required value: only v1 may have an empty group and it better be legacy kube',
    ],
    ['has a group that is a domain', apiService({ group: 'A' }, 'v1.A'), 'spec.group: Invalid value: "A": a lowercase RFC 1123 subdomain'],
    ['has a version that is a label', apiService({ version: '1' }, '1.example.com'), 'spec.version: Invalid value: "1": a DNS-1035 label'],
    ['ranks its group', apiService({ groupPriorityMinimum: 0 }), 'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000'],
    ['ranks its version', apiService({ versionPriority: 1001 }), 'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000'],
    [
      'of this server trusts nobody',
      apiService({ caBundle: 'YWJj' }),
      'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
    ],
    [
      'of this server skips no check',
      apiService({ insecureSkipTLSVerify: true }),
      'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
    ],
    ['names a Service in a namespace', apiService({ service: { name: 'server' } }), 'spec.service.namespace: Required value'],
    ['names a Service', apiService({ service: { namespace: 'a' } }), 'spec.service.name: Required value'],
    [
      'names a valid port',
      apiService({ service: { ...service, port: 0 } }),
      'spec.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
    ],
    [
      'checks certificates or not',
      apiService({ service, caBundle: 'YWJj', insecureSkipTLSVerify: true }),
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(createErrors(strategy, given)).toEqual([expect.stringContaining(expected)]);
    const old = stored(strategy, apiService());
    expect(updateErrors(strategy, old, (next) => Object.assign(next, given))).toEqual([expect.stringContaining(expected)]);
  });

  it('is asked at port 443, unless it says otherwise', () => {
    expect(defaulted(strategy, apiService({ service })).spec?.service?.port).toBe(443);
    expect(createErrors(strategy, apiService({ service }))).toEqual([]);
  });

  it('of this server is available from the beginning, another one is not', () => {
    const context = { user: { name: 'u', groups: [] }, now: NOW };
    const local: APIService = { ...apiService(), status: { conditions: [condition('False')] } };
    const remote: APIService = { ...apiService({ service }), status: { conditions: [condition('True')] } };
    for (const made of [local, remote]) {
      strategy.prepareForCreate?.(made);
      strategy.stamp?.(made, undefined, context);
    }
    expect(local.status?.conditions).toEqual([{ type: 'Available', lastTransitionTime: '2026-01-01T00:00:05Z', ...LOCAL }]);
    expect(remote.status).toEqual({});
  });

  it('keeps its status in an update, and all but its status in one of the status', () => {
    const old = { ...stored(strategy, apiService({ service })), status: { conditions: [condition('True')] } };
    const next = updated(strategy, old, (changed) => Object.assign(changed, { status: {}, spec: { ...spec, versionPriority: 1 } }));
    expect(next).toMatchObject({ status: old.status, spec: { versionPriority: 1 } });
    const written: APIService = { metadata: { name: 'v1.example.com', labels: { a: 'b' } }, spec, status: {} };
    strategy.prepareForStatusUpdate?.(written, old);
    expect(written).toMatchObject({ metadata: { labels: undefined }, spec: old.spec, status: {} });
  });

  it('has conditions that are true, false or unknown', () => {
    const old = stored(strategy, apiService({ service }));
    const errors = statusErrors(strategy, old, (next) => {
      next.status = { conditions: [condition('Maybe')] };
    });
    expect(errors).toEqual(['status.conditions[0].status: Unsupported value: "Maybe": supported values: "True", "False", "Unknown"']);
  });

  it.each([
    [apiService(), 'Local', 'Unknown'],
    [withStatus('True', 'Passed'), 'a/server', 'True'],
    [withStatus('False', 'MissingEndpoints'), 'a/server', 'False (MissingEndpoints)'],
    [withStatus('False', ''), 'a/server', 'False'],
  ])('shows its Service and whether it is available', (given, shownService, available) => {
    const row = columns.map(({ cell }) => cell(stored({}, given), NOW));
    expect(row).toEqual(['v1.example.com', shownService, available, '5s']);
  });
});

describe('availability', () => {
  it('is unknown until there is a condition', () => {
    expect(isAvailable(apiService())).toBe(false);
    expect(isAvailable(withStatus('Unknown', ''))).toBe(false);
    expect(isAvailable(withStatus('True', ''))).toBe(true);
  });

  it('keeps the time of its transition until the status changes', () => {
    const there = withStatus('False', 'ServiceNotFound');
    const other = withAvailability(there, { status: 'False', reason: 'MissingEndpoints', message: 'N' }, NOW);
    expect(other).toMatchObject([{ reason: 'MissingEndpoints', lastTransitionTime: '2026-01-01T00:00:00Z' }]);
    expect(withAvailability(there, LOCAL, NOW)).toMatchObject([{ status: 'True', lastTransitionTime: '2026-01-01T00:00:05Z' }]);
  });

  it('that is the same changes nothing', () => {
    const there = withStatus('True', 'Passed');
    expect(withAvailability(there, { status: 'True', reason: 'Passed', message: 'M' }, NOW)).toBe(there.status?.conditions);
    expect(availabilityOf(there)?.reason).toBe('Passed');
  });
});
