import { describe, expect, it } from '@jest/globals';
import type { KindAdmission } from '../../../api/definition/kind.ts';
import { defineKind } from '../../../api/definition/kind.ts';
import type { ConfigMap } from '../../../api/kinds/core/config-map.ts';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import { startInjectedServer } from '../../injected-server.fixture.ts';
import { kindRules } from './kind-rules.ts';
import { inUpstreamOrder } from './plugins.ts';

/** Config maps name a flavour, which must exist and adds its data to them; the flavour in use is not deleted. */
const ofConfigMaps: KindAdmission<ConfigMap> = {
  name: 'Flavour',
  of: configMaps,
  verbs: ['create'],
  admit(map, _old, context) {
    const name = map.metadata?.labels?.flavour;
    if (name === undefined) return;
    const flavour = context.get(flavours, { namespace: '', name });
    if (!flavour) throw context.forbidden(`flavour ${name} not found`);
    map.data = { ...flavour.data, ...map.data };
  },
};
const ofFlavours: KindAdmission<ConfigMap> = {
  name: 'Flavour',
  of: { group: 'example.dev', plural: 'flavours' },
  verbs: ['delete'],
  validate(flavour, _old, context) {
    const users = context.list(configMaps).filter(({ metadata }) => metadata.labels?.flavour === flavour.metadata?.name);
    if (users.length > 0) throw context.forbidden(`used by ${users.length}`);
  },
};
const flavours = defineKind<ConfigMap>({
  ...configMaps,
  group: 'example.dev',
  kind: 'Flavour',
  plural: 'flavours',
  namespaced: false,
  storagePrefix: 'flavours',
  admission: [ofConfigMaps, ofFlavours],
});

describe('the rules of admission that a kind brings', () => {
  it('change and refuse objects of the kinds that they look at', async () => {
    const kinds = [namespaces, configMaps, flavours];
    const server = await startInjectedServer({
      clock: createFakeClock(),
      kinds,
      part: ({ storage }) => ({ plugins: kindRules(kinds, storage) }),
    });
    const path = '/api/v1/namespaces/default/configmaps';
    const sweet = { metadata: { name: 'a', labels: { flavour: 'sweet' } }, data: { own: 'yes' } };
    const refused = await server.inject('POST', path, sweet);
    expect([refused.status, refused.json.message]).toEqual([403, 'configmaps "a" is forbidden: flavour sweet not found']);
    await server.inject('POST', '/apis/example.dev/v1/flavours', { metadata: { name: 'sweet' }, data: { sugar: 'much' } });
    expect((await server.inject('POST', path, sweet)).json.data).toEqual({ own: 'yes', sugar: 'much' });
    const held = await server.inject('DELETE', '/apis/example.dev/v1/flavours/sweet');
    expect([held.status, held.json.message]).toEqual([403, 'flavours.example.dev "sweet" is forbidden: used by 1']);
    await server.inject('DELETE', `${path}/a`);
    expect((await server.inject('DELETE', '/apis/example.dev/v1/flavours/sweet')).status).toBe(200);
    server.close();
  });

  it('run where upstream runs its plugin of the name, and otherwise after all of these', () => {
    const named = ['ResourceQuota', 'Flavour', 'RuntimeClass', 'Priority', 'NamespaceLifecycle'].map((name): AdmissionPlugin => ({ name }));
    expect(inUpstreamOrder(named).map(({ name }) => name)).toEqual(['NamespaceLifecycle', 'Priority', 'RuntimeClass', 'ResourceQuota', 'Flavour']);
  });
});
