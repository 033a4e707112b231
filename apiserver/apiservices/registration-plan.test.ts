import { describe, expect, it } from '@jest/globals';
import type { APIService } from '../../api/kinds/apiregistration/index.ts';
import { kinds } from '../../api/kinds/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { builtinApiServices, customApiService, MANAGED_LABEL } from './desired-services.ts';
import { planRegistration } from './registration-plan.ts';

const spec = { group: 'example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 };
const desired = (managed: string): APIService => ({ metadata: { name: 'v1.example.com', labels: { [MANAGED_LABEL]: managed } }, spec });
const there = (managed: string | undefined, versionPriority = 7): Live<APIService> => ({
  metadata: {
    name: 'v1.example.com',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(managed === undefined ? {} : { labels: { [MANAGED_LABEL]: managed } }),
  },
  spec: { ...spec, versionPriority },
});
const [ONCE, ALWAYS] = [desired('onstart'), desired('true')];

describe('an APIService that the server manages', () => {
  it.each<[string, APIService | undefined, Live<APIService> | undefined, boolean, boolean, string]>([
    ['is not there, and need not be', undefined, undefined, false, false, 'none'],
    ['of the server’s own is created at the start', ONCE, undefined, false, false, 'create'],
    ['of the server’s own that was deleted later stays away', ONCE, undefined, true, false, 'none'],
    ['of custom resources is created whenever it is missing', ALWAYS, undefined, true, false, 'create'],
    ['that is a user’s stays as it is', ALWAYS, there(undefined), false, true, 'none'],
    ['of the server’s own that a user made later stays as it is', undefined, there('onstart'), false, false, 'none'],
    ['of an earlier release is deleted once', undefined, there('onstart'), false, true, 'delete'],
    ['of an earlier release that came back stays', undefined, there('onstart'), true, true, 'none'],
    ['of the server’s own is set right at the start', ONCE, there('onstart'), false, true, 'update'],
    ['of the server’s own that a user changed later stays as it is', ONCE, there('onstart'), true, true, 'none'],
    ['of custom resources that are gone is deleted', undefined, there('true'), true, true, 'delete'],
    ['of custom resources is set right at any time', ALWAYS, there('true'), true, true, 'update'],
    ['that is right is not written', ALWAYS, there('true', 100), true, true, 'none'],
  ])('%s', (_sentence, wanted, current, hasSynced, wasThereAtStart, action) => {
    expect(planRegistration({ desired: wanted, current, hasSynced, wasThereAtStart }).type).toBe(action);
  });

  it('keeps all but its spec when it is set right', () => {
    const current = { ...there('true'), status: { conditions: [] } };
    const action = planRegistration({ desired: ALWAYS, current, hasSynced: true, wasThereAtStart: false });
    expect(action).toEqual({ type: 'update', apiService: { ...current, spec } });
  });
});

describe('the versions that are registered', () => {
  it('are those of Kubernetes’ groups, with upstream’s priorities', () => {
    const services = builtinApiServices(kinds);
    const prioritiesOf = (name: string) => {
      const of = services.get(name)?.spec;
      return [of?.groupPriorityMinimum, of?.versionPriority];
    };
    expect(prioritiesOf('v1.')).toEqual([18000, 1]);
    expect(prioritiesOf('v1.apps')).toEqual([17800, 15]);
    expect(prioritiesOf('v1.flowcontrol.apiserver.k8s.io')).toEqual([16100, 21]);
    expect(services.get('v1.')?.spec).not.toHaveProperty('group');
    expect(services.has('v1.apiregistration.k8s.io')).toBe(false);
  });

  it('of custom resources rank below all others', () => {
    expect(customApiService('example.com', 'v1').spec).toEqual({ ...spec, versionPriority: 100 });
  });
});
