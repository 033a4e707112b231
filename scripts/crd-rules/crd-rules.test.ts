import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadRules } from '../../api/cel/rules/loader.ts';
import type { CustomObject } from '../../api/crd/kind-from-crd.ts';
import { kindFromCrd } from '../../api/crd/kind-from-crd.ts';
import { codecOf } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { customResourceDefinitions } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { fieldErrorText } from '../../api/schema/field-error.ts';
import { validateConcept } from '../../controllers/admission/concept-validation.ts';
import { deployment, quota, replicationController, service } from '../../test/support/manifests.ts';
import { BAD_MANIFESTS } from '../../test/support/second-home/bad-manifests.ts';
import { crdFiles } from '../crd-files.ts';

const kinds = new Map<string, KindDefinition<CustomObject>>();
beforeAll(async () => {
  await loadRules();
  for (const text of crdFiles().values()) {
    const kind = kindFromCrd(parse(text), 'v1');
    kinds.set(kind.kind, kind);
  }
});

/** Returns an object as it is stored: with the schema's defaults, and metadata. */
function stored(manifest: object): CustomObject & { metadata: { name: string } } {
  const kind = kindOf(manifest);
  const decoded = codecOf(kind).decode(structuredClone(manifest));
  if (!decoded.ok) throw new Error(decoded.message);
  codecOf(kind).applyDefaults(decoded.object);
  const metadata = { ...decoded.object.metadata, name: decoded.object.metadata?.name ?? '', namespace: 'default', uid: 'u', resourceVersion: '1' };
  return { ...decoded.object, metadata };
}

function kindOf(manifest: object): KindDefinition<CustomObject> {
  const kind = kinds.get((manifest as { kind: string }).kind);
  if (!kind) throw new Error('there is no such concept');
  return kind;
}

const refusals = (manifest: object): string[] => (kindOf(manifest).strategy.validate?.(stored(manifest)) ?? []).map(fieldErrorText);

const webhook = (manifest: object) =>
  validateConcept({
    uid: 'r',
    group: 'skiff.dev',
    plural: kindOf(manifest).plural,
    subresource: '',
    namespace: 'default',
    name: 'x',
    operation: 'CREATE',
    dryRun: false,
    object: stored(manifest),
    old: undefined,
  });

const inSkiffDev = (manifest: object) => ({ ...manifest, apiVersion: 'skiff.dev/v1' });
const GOOD: readonly (readonly [string, object])[] = [
  ['a Deployment', deployment('good', 3)],
  ['a ReplicationController', replicationController('good', 3)],
  ['a Service', service('good')],
  ['a ResourceQuota', quota('good', { pods: '3', 'requests.cpu': '500m', 'count/deployments.apps': '2', 'requests.example.com/gpu': '1' })],
  [
    'a Service of every port',
    {
      ...service('good'),
      spec: {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 1, nodePort: 30001, targetPort: 'web' },
          { name: 'b', port: 65535, targetPort: 1 },
        ],
      },
    },
  ],
  ['a Service for another name', { ...service('good'), spec: { type: 'ExternalName', externalName: 'example.com.' } }],
  ['a headless Service without ports', { ...service('good'), spec: { clusterIP: 'None', selector: { app: 'good' } } }],
  ['a balancer of local traffic', { ...service('good'), spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 80 }] } }],
];

describe('the definitions of skiff.dev', () => {
  it.each([...crdFiles()])('%s is within the API server’s limits of cost', (_, text) => {
    const decoded = codecOf(customResourceDefinitions).decode(parse(text));
    if (!decoded.ok) throw new Error(decoded.message);
    const definition: CustomResourceDefinition = decoded.object;
    customResourceDefinitions.strategy.default?.(definition);
    customResourceDefinitions.strategy.prepareForCreate?.(definition);
    expect(customResourceDefinitions.strategy.validate?.(definition)).toEqual([]);
  });

  it.each(BAD_MANIFESTS.filter(({ bySchema }) => bySchema))('refuse $title', ({ manifest, message }) => {
    expect(refusals(manifest).join('\n')).toContain(message);
  });

  it.each(GOOD)('accept %s', (_, manifest) => expect(refusals(inSkiffDev(manifest))).toEqual([]));

  it('keep a selector as it is', () => {
    const kind = kindOf(deployment('good', 1));
    const before = stored(inSkiffDev(deployment('good', 1)));
    const after = structuredClone(before);
    Object.assign(after, { spec: { ...(after.spec as object), selector: { matchLabels: { app: 'good', tier: 'b' } } } });
    const live = { ...before, metadata: { ...before.metadata, uid: 'u', resourceVersion: '1', creationTimestamp: '' } };
    expect((kind.strategy.validateUpdate?.(after, live) ?? []).map(fieldErrorText).join('\n')).toMatch(/spec\.selector: .*field is immutable/);
  });
});

describe('the webhook', () => {
  it.each([...BAD_MANIFESTS])('refuses $title in the words of the built-in kind', ({ manifest, message }) => {
    const decision = webhook(manifest);
    expect(decision.allowed ? '' : decision.error.message).toContain(message);
    expect(decision.allowed ? 0 : decision.error.code).toBe(422);
  });

  it.each(GOOD)('accepts %s', (_, manifest) => expect(webhook(inSkiffDev(manifest))).toMatchObject({ allowed: true }));
});
