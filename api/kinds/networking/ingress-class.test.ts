import { describe, expect, it } from '@jest/globals';
import type { AdmissionContext } from '../../definition/kind.ts';
import { createErrors, defaulted, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { Live } from '../../meta/object.ts';
import type { Ingress } from './ingress/schema.ts';
import type { IngressClassParametersReference } from './ingress-class.ts';
import { ingressClasses } from './ingress-class.ts';

const { strategy, columns, admission = [] } = ingressClasses;
const parameters: IngressClassParametersReference = { apiGroup: 'example.com', kind: 'Config', name: 'fast' };
const withParameters = (changed: Partial<IngressClassParametersReference>) => ({
  spec: { controller: 'example.com/c', parameters: { ...parameters, ...changed } },
});

describe('an IngressClass', () => {
  it.each([
    ['names a controller', '', 'spec.controller: Required value'],
    ['puts a domain in front of it', 'nginx', 'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
    ['takes a path without spaces', 'example.com/a b', 'spec.controller: Invalid value: "a b": Invalid path (regex used for validation is'],
    ['takes a domain in lower case', 'Example/a', 'spec.controller: Invalid value: "Example": a lowercase RFC 1123 subdomain'],
    ['takes 250 characters at most', `example.com/${'x'.repeat(250)}`, 'spec.controller: Too long: may not be more than 250 bytes'],
  ])('%s', (_sentence, controller, expected) => {
    expect(createErrors(strategy, { spec: { controller } })).toEqual([expect.stringContaining(expected)]);
  });

  it.each<[string, Partial<IngressClassParametersReference>, string]>([
    ['of a kind', { kind: '' }, 'spec.parameters.kind: Required value'],
    ['with a name', { name: 'a/b' }, `spec.parameters.name: Invalid value: "a/b": may not contain '/'`],
    ['of a group', { apiGroup: '' }, 'spec.parameters.apiGroup: Invalid value: ""'],
    ['in a known scope', { scope: 'World' }, 'spec.parameters.scope: Unsupported value: "World": supported values: "Cluster", "Namespace"'],
    ['in no namespace of the cluster', { namespace: 'a' }, "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
    ['in a namespace', { scope: 'Namespace' }, "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"],
    ['in a namespace with a valid name', { scope: 'Namespace', namespace: 'A' }, 'spec.parameters.namespace: Invalid value: "A"'],
  ])('has parameters %s', (_sentence, changed, expected) => {
    expect(createErrors(strategy, withParameters(changed))).toEqual([expect.stringContaining(expected)]);
  });

  it('has parameters in the cluster, unless it says otherwise', () => {
    expect(defaulted(strategy, withParameters({})).spec?.parameters?.scope).toBe('Cluster');
  });

  it('keeps its controller', () => {
    const old = stored(strategy, { spec: { controller: 'example.com/c' } });
    expect(
      updateErrors(strategy, old, (next) => {
        next.spec = { controller: 'example.com/d' };
      }),
    ).toEqual(['spec.controller: Invalid value: "example.com/d": field is immutable']);
  });

  it.each([
    [withParameters({}), 'Config.example.com/fast'],
    [withParameters({ apiGroup: undefined }), 'Config/fast'],
    [{ spec: { controller: 'example.com/c' } }, '<none>'],
  ])('shows its parameters', (ingressClass, expected) => {
    const row = columns.map(({ cell }) => cell(stored(strategy, ingressClass), Date.parse('2026-01-01T00:00:05Z')));
    expect(row).toEqual(['x', 'example.com/c', expected, '5s']);
  });
});

describe('a new Ingress', () => {
  const [rule] = admission;
  const classNamed = (name: string, creationTimestamp: string, isDefault: string): Live => ({
    metadata: {
      name,
      uid: name,
      resourceVersion: '1',
      creationTimestamp,
      annotations: { 'ingressclass.kubernetes.io/is-default-class': isDefault },
    },
  });
  const early = '2026-01-01T00:00:00Z';
  const late = '2026-01-02T00:00:00Z';
  const admit = async (ingress: Ingress, classes: readonly Live[]) => {
    const context = { key: { namespace: 'default', name: 'i' }, verb: 'create', dryRun: false, list: () => classes } as unknown as AdmissionContext;
    await rule?.admit?.(ingress, undefined, context);
    return ingress.spec?.ingressClassName;
  };

  it.each<[string, readonly Live[], Ingress, string | undefined]>([
    ['no class, where none is the default', [classNamed('a', early, 'false')], { spec: {} }, undefined],
    ['the default class', [classNamed('a', early, 'false'), classNamed('b', early, 'true')], { spec: {} }, 'b'],
    ['the newest of several', [classNamed('a', early, 'true'), classNamed('b', late, 'true')], {}, 'b'],
    ['the first by name of those of one second', [classNamed('b', early, 'true'), classNamed('a', early, 'true')], {}, 'a'],
    ['the class that it names', [classNamed('a', early, 'true')], { spec: { ingressClassName: 'own' } }, 'own'],
    [
      'none beside its annotation',
      [classNamed('a', early, 'true')],
      { metadata: { annotations: { 'kubernetes.io/ingress.class': 'own' } } },
      undefined,
    ],
  ])('gets %s', async (_what, classes, ingress, expected) => {
    expect(await admit(ingress, classes)).toBe(expected);
  });
});
