import { readFileSync } from 'node:fs';
import type { Node } from 'yaml';
import { isMap, isScalar, parseDocument } from 'yaml';
import { crdFiles } from './crd-files.ts';

export const CHART = new URL('../deploy/chart/', import.meta.url);

/** A value of the chart, as values.yaml documents it. */
export interface ChartValue {
  /** Dotted path: `image.tag`. */
  readonly path: string;
  /** The default as JSON. */
  readonly preset: string;
  /** Empty if the value has no `# -- ` comment. */
  readonly description: string;
}

/**
 * Lists the values of values.yaml in its order. A comment `# -- TEXT` before a key describes the value; a map without one is a group of values.
 */
export function chartValues(text: string): ChartValue[] {
  const values: ChartValue[] = [];
  const visit = (node: unknown, prefix: string, before: string | null | undefined): void => {
    if (!isMap(node)) return;
    node.items.forEach((pair, index) => {
      const key = isScalar(pair.key) ? pair.key : undefined;
      const path = `${prefix}${String(key?.value ?? pair.key)}`;
      // The comment before the first key of a map belongs to the map in the document.
      const comment = key?.commentBefore ?? (index === 0 ? before : undefined) ?? '';
      const description = /^ -- ((?:.|\n)*)$/m.exec(comment)?.[1]?.replaceAll(/\n ?/g, ' ').trim() ?? '';
      const value = pair.value as Node | null;
      if (description === '' && isMap(value) && value.items.length > 0) visit(value, `${path}.`, value.commentBefore);
      else values.push({ path, preset: JSON.stringify(value?.toJSON() ?? null), description });
    });
  };
  const document = parseDocument(text);
  visit(document.contents, '', document.contents?.commentBefore);
  return values;
}

const table = (values: readonly ChartValue[]): string =>
  [
    '| value | default | meaning |',
    '| --- | --- | --- |',
    ...values.map(({ path, preset, description }) => `| \`${path}\` | \`${preset}\` | ${description.replaceAll('|', '\\|')} |`),
  ].join('\n');

/** Returns the files of the chart that are made from others, by their paths in it: the definitions of the kinds, and the README with its table of values. */
export function chartFiles(): ReadonlyMap<string, string> {
  const read = (name: string) => readFileSync(new URL(name, CHART), 'utf8');
  const files = new Map([...crdFiles()].map(([name, text]) => [`files/crds/${name}`, text]));
  const readme = read('README.md').replace(
    /<!-- values -->[\s\S]*<!-- \/values -->/,
    () => `<!-- values -->\n${table(chartValues(read('values.yaml')))}\n<!-- /values -->`,
  );
  return files.set('README.md', readme);
}
