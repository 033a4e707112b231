/**
 * The place of a value in an object: `spec.containers[0].resources.limits[cpu]`.
 * A linked list, because almost all objects are valid: the text is made only when there is an error to report.
 */
export interface FieldPath {
  readonly parent: FieldPath | undefined;
  readonly step: string | number;
  /** A map key, written in brackets like an index. */
  readonly isKey: boolean;
}

export const rootPath = (name: string): FieldPath => ({ parent: undefined, step: name, isKey: false });
export const childPath = (parent: FieldPath, name: string): FieldPath => ({ parent, step: name, isKey: false });
export const indexPath = (parent: FieldPath, index: number): FieldPath => ({ parent, step: index, isKey: false });
export const keyPath = (parent: FieldPath, key: string): FieldPath => ({ parent, step: key, isKey: true });

/** The text of a path, or of a field right below it. */
export function pathText(path: FieldPath, ...names: readonly string[]): string {
  let text = '';
  for (let at: FieldPath | undefined = path; at; at = at.parent) {
    const bracketed = at.isKey || typeof at.step === 'number';
    const step = bracketed ? `[${at.step}]` : at.step;
    text = text === '' || text.startsWith('[') ? `${step}${text}` : `${step}.${text}`;
  }
  for (const name of names) text = `${text}.${name}`;
  return text;
}

/** The text of the item `index` of the list `name` below a path. */
export const itemText = (path: FieldPath, name: string, index: number): string => `${pathText(path, name)}[${index}]`;
/** The text of the entry `key` of the map `name` below a path. */
export const entryText = (path: FieldPath, name: string, key: string): string => `${pathText(path, name)}[${key}]`;
