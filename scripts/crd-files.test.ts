import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadRules } from '../api/cel/rules/loader.ts';
import { kindFromCrd } from '../api/crd/kind-from-crd.ts';
import { codecOf } from '../api/definition/codec.ts';
import type { CustomResourceDefinition } from '../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { checkSchema, customResourceDefinitions, NEW_DEFINITION } from '../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { finished } from '../base/steps.ts';
import { crdFiles } from './crd-files.ts';

beforeAll(async () => void (await loadRules()));

describe.each([...crdFiles()])('crds/%s', (name, text) => {
  const crd: CustomResourceDefinition = parse(text);
  const [version] = crd.spec.versions;

  it('is up to date: run `npm run generate`', () => {
    expect(readFileSync(new URL(`../crds/${name}`, import.meta.url), 'utf8')).toBe(text);
  });

  it('has no field that a CustomResourceDefinition does not know', () => {
    expect(codecOf(customResourceDefinitions).decode(crd, { strict: true })).toMatchObject({ ok: true, unknownFields: [] });
  });

  it('has a structural schema, small enough for kubectl apply', () => {
    expect(finished(checkSchema(version!.schema!.openAPIV3Schema!, 'schema', true, NEW_DEFINITION))).toEqual([]);
    expect(JSON.stringify(crd).length).toBeLessThan(262_144);
  });

  it('is served with its status', () => {
    expect(kindFromCrd(crd, 'v1').subresources.map((sub) => sub.name)).toContain('status');
  });
});
