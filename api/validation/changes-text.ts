import { semanticEqual } from '../../base/equality.ts';

/** Lists the fields that changed and must not, each with its old and new value, a line each: the end of an error about a whole structure. */
export function changesText(next: object, old: object): string {
  const [after, before] = [new Map<string, unknown>(Object.entries(next)), new Map<string, unknown>(Object.entries(old))];
  const changed = [...new Set([...before.keys(), ...after.keys()])].sort().filter((name) => !semanticEqual(after.get(name), before.get(name)));
  const line = (sign: string, name: string, value: unknown) => (value === undefined ? [] : [`${sign} ${name}: ${JSON.stringify(value)}`]);
  return changed.flatMap((name) => [...line('-', name, before.get(name)), ...line('+', name, after.get(name))]).join('\n');
}
