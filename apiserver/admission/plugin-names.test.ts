import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createFakeClock } from '../../base/fake-clock.ts';
import { privilegedGroups } from '../authz/privileged-groups.ts';
import type { InjectedServer } from '../injected-server.fixture.ts';
import { startInjectedServer } from '../injected-server.fixture.ts';
import { admissionPlugins } from './builtin/plugins.ts';
import { OPTIONAL_PLUGINS } from './optional/loaders.ts';
import { ON_BY_DEFAULT, UPSTREAM_ORDER } from './plugin-names.ts';
import { policyAdmission } from './policy/policy-admission.ts';
import { webhookAdmission } from './webhook/webhook-admission.ts';

let injected: InjectedServer;
beforeAll(async () => {
  injected = await startInjectedServer({ clock: createFakeClock() });
});
afterAll(() => injected.close());

it('the names of the plugins that always run are those that a server runs, as far as upstream has them', () => {
  const { storage: objects, registry, clock } = injected.server;
  const load = () => Promise.reject(new Error('nothing is loaded'));
  const options = { objects, registry, clock, authorizer: privilegedGroups, load };
  const plugins = [...admissionPlugins(options), ...(webhookAdmission(options).plugins ?? []), ...(policyAdmission(options).plugins ?? [])];
  const names = new Set(plugins.map(({ name }) => name));
  expect(UPSTREAM_ORDER.filter((name) => names.has(name))).toEqual([...ON_BY_DEFAULT]);
});

it('the names of all plugins are upstream’s, and no plugin is both on and off by default', () => {
  const optional = Object.keys(OPTIONAL_PLUGINS);
  expect([...optional, ...ON_BY_DEFAULT].filter((name) => !UPSTREAM_ORDER.includes(name))).toEqual([]);
  expect(optional.filter((name) => ON_BY_DEFAULT.includes(name))).toEqual([]);
});
