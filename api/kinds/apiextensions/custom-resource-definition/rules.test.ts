import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, stored, updated, updateErrors } from '../../../definition/strategy.fixture.ts';
import { customResourceDefinitionStrategy as strategy } from './rules.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion } from './schema.ts';

const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { replicas: { type: 'integer' } } } } } };
const version = (changes: Partial<CustomResourceDefinitionVersion> = {}): CustomResourceDefinitionVersion => ({
  name: 'v1',
  served: true,
  storage: true,
  schema,
  ...changes,
});
const crd = (spec: Partial<CustomResourceDefinitionSpec> = {}, annotations?: Record<string, string>): CustomResourceDefinition => ({
  metadata: { name: `foos.${spec.group ?? 'example.com'}`, annotations },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'foos', kind: 'Foo' }, versions: [version()], ...spec },
});
const errors = (spec: Partial<CustomResourceDefinitionSpec>) => createErrors(strategy, crd(spec));

describe('a CustomResourceDefinition', () => {
  it('names its singular and its list after the kind, and converts nothing', () => {
    expect(defaulted(strategy, crd()).spec).toMatchObject({ names: { singular: 'foo', listKind: 'FooList' }, conversion: { strategy: 'None' } });
  });

  it('begins with its storage version as the one that is stored', () => {
    expect(stored(strategy, crd({ versions: [version(), version({ name: 'v2', storage: false })] })).status).toMatchObject({
      storedVersions: ['v1'],
    });
  });

  it.each<[string, Partial<CustomResourceDefinitionSpec>, string[]]>([
    ['is valid', {}, []],
    ['has a group with a dot', { group: 'example' }, ['spec.group: Invalid value: "example": should be a domain with at least one dot']],
    ['has a known scope', { scope: 'Global' }, ['spec.scope: Unsupported value: "Global": supported values: "Cluster", "Namespaced"']],
    [
      'bears the name of its resource',
      { names: { plural: 'bars', kind: 'Bar' } },
      ['metadata.name: Invalid value: "foos.example.com": must be spec.names.plural+"."+spec.group'],
    ],
    [
      'has a kind',
      { names: { plural: 'foos', kind: '' } },
      ['spec.names.singular: Required value', 'spec.names.kind: Required value', 'spec.names.listKind: Required value'],
    ],
    [
      'has short names that are labels',
      { names: { plural: 'foos', kind: 'Foo', shortNames: ['A'] } },
      ['spec.names.shortNames[0]: Invalid value: "A"'],
    ],
    [
      'tells objects from lists',
      { names: { plural: 'foos', kind: 'Foo', listKind: 'Foo' } },
      ['spec.names.listKind: Invalid value: "Foo": kind and listKind may not be the same'],
    ],
    ['stores one version', { versions: [version(), version({ name: 'v2' })] }, ['spec.versions: Invalid value']],
    ['has each version once', { versions: [version(), version({ storage: false })] }, ['must contain unique version names']],
    ['has a schema', { versions: [version({ schema: undefined })] }, ['spec.versions[0].schema.openAPIV3Schema: Required value']],
    [
      'has a structural schema',
      { versions: [version({ schema: { openAPIV3Schema: { type: 'object', properties: { a: {} } } } })] },
      ['spec.validation.openAPIV3Schema.properties[a].type: Required value'],
    ],
    [
      'shows columns with a path',
      { versions: [version({ additionalPrinterColumns: [{ name: 'A', type: 'integer', jsonPath: '' }] })] },
      ['spec.additionalPrinterColumns[0].JSONPath: Required value'],
    ],
    [
      'shows columns of known types',
      { versions: [version({ additionalPrinterColumns: [{ name: 'A', type: 'x', jsonPath: '.a' }] })] },
      ['spec.additionalPrinterColumns[0].type: Invalid value: "x": must be one of boolean,date,integer,number,string'],
    ],
    [
      'is scaled by its spec',
      { versions: [version({ subresources: { scale: { specReplicasPath: '.status.a', statusReplicasPath: '.status.b' } } })] },
      ['spec.subresources.scale.specReplicasPath: Invalid value: ".status.a": should be a json path under .spec'],
    ],
    [
      'warns of deprecated versions only',
      { versions: [version({ deprecationWarning: 'x' })] },
      ['spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions'],
    ],
    [
      'selects by fields of its schema',
      { versions: [version({ selectableFields: [{ jsonPath: '.spec.bogus' }] })] },
      ['spec.selectableFields[0].jsonPath: Invalid value: ".spec.bogus": is an invalid path'],
    ],
    [
      'converts through a webhook that it names',
      { conversion: { strategy: 'Webhook' } },
      ['spec.conversion.webhookClientConfig: Required value', 'spec.conversion.conversionReviewVersions: Required value'],
    ],
  ])('%s', (_sentence, spec, expected) => {
    expect(errors(spec)).toEqual(expected.map((text) => expect.stringContaining(text)));
  });

  it('reports what versions do not share by version', () => {
    const columns = [{ name: 'A', type: 'x', jsonPath: '.a' }];
    expect(errors({ versions: [version(), version({ name: 'v2', storage: false, additionalPrinterColumns: columns })] })).toEqual([
      expect.stringContaining('spec.versions[1].additionalPrinterColumns[0].type: Invalid value: "x"'),
    ]);
  });

  it('stays out of the groups of Kubernetes unless it was approved', () => {
    expect(createErrors(strategy, crd({ group: 'x.k8s.io' }))).toEqual([
      expect.stringContaining('metadata.annotations[api-approved.kubernetes.io]: Required value'),
    ]);
    expect(createErrors(strategy, crd({ group: 'x.k8s.io' }, { 'api-approved.kubernetes.io': 'https://example.com/1' }))).toEqual([]);
  });

  it('drops no version that objects are still stored in', () => {
    const old = stored(strategy, crd());
    const next = (object: CustomResourceDefinition) => {
      object.spec.versions = [version({ name: 'v2' })];
    };
    expect(updated(strategy, old, next).status?.storedVersions).toEqual(['v1', 'v2']);
    expect(updateErrors(strategy, old, next)).toEqual([
      expect.stringMatching(/^status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions; v1 was previously a storage version/),
    ]);
  });

  it('keeps its scope once it is served', () => {
    const served = { ...stored(strategy, crd()), status: { storedVersions: ['v1'], conditions: [{ type: 'Established', status: 'True' }] } };
    expect(
      updateErrors(strategy, served, (object) => {
        object.spec.scope = 'Cluster';
      }),
    ).toEqual(['spec.scope: Invalid value: "Cluster": field is immutable']);
    expect(
      updateErrors(strategy, stored(strategy, crd()), (object) => {
        object.spec.scope = 'Cluster';
      }),
    ).toEqual([]);
  });
});
