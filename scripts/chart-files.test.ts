import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CHART, chartFiles, chartValues } from './chart-files.ts';

const read = (name: string) => readFileSync(new URL(name, CHART), 'utf8');

describe('the chart', () => {
  it('has the definitions and the README that `npm run generate` makes', () => {
    for (const [name, text] of chartFiles()) expect([name, read(name) === text]).toEqual([name, true]);
    const made = [...chartFiles().keys()].filter((name) => name.startsWith('files/crds/'));
    expect(readdirSync(new URL('files/crds', CHART)).map((name) => `files/crds/${name}`)).toEqual(made.sort());
  });

  it('describes each of its values', () => {
    const values = chartValues(read('values.yaml'));
    expect(values.length).toBeGreaterThan(50);
    expect(values.filter(({ description }) => description === '').map(({ path }) => path)).toEqual([]);
  });

  interface Schema {
    readonly type?: string;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly additionalProperties?: unknown;
  }

  it('has a schema of just its values, which refuses unknown ones in every group', () => {
    const schema: Schema = JSON.parse(read('values.schema.json'));
    const described: string[] = [];
    const visit = ({ properties, additionalProperties }: Schema, value: unknown, prefix: string) => {
      expect([prefix, additionalProperties]).toEqual([prefix, false]);
      for (const [name, each] of Object.entries(properties ?? {})) {
        // Helm hands the values of a parent chart down under this name.
        if (prefix === '' && name === 'global') continue;
        described.push(`${prefix}${name}`);
        const inner = (value as Record<string, unknown>)[name];
        if (each.properties && typeof inner === 'object' && inner && values.some(({ path }) => path.startsWith(`${prefix}${name}.`)))
          visit(each, inner, `${prefix}${name}.`);
      }
    };
    const values = chartValues(read('values.yaml'));
    visit(schema, parse(read('values.yaml')), '');
    const groups = described.filter((path) => values.some((value) => value.path.startsWith(`${path}.`)));
    expect(described.filter((path) => !groups.includes(path)).sort()).toEqual(values.map(({ path }) => path).sort());
  });
});

describe('the values of a chart', () => {
  it('are listed with their groups, defaults and descriptions', () => {
    const text =
      '# About the file.\n\n# -- First.\na: 1\ngroup:\n  # -- Second,\n  # on two lines.\n  b: {}\n  c: null\n# -- A whole map.\nd: { e: f }\n';
    expect(chartValues(text)).toEqual([
      { path: 'a', preset: '1', description: 'First.' },
      { path: 'group.b', preset: '{}', description: 'Second, on two lines.' },
      { path: 'group.c', preset: 'null', description: '' },
      { path: 'd', preset: '{"e":"f"}', description: 'A whole map.' },
    ]);
  });
});
