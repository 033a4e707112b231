import type { FieldError } from '../../schema/field-error.ts';
import type { CelSchema } from '../schema.ts';
import type { DefinitionCheckOptions } from './definition-check.ts';
import type { RuleValidator } from './validator.ts';

/** The rules of schemas, as the code that loads them on demand sees them. */
export interface Rules {
  checkRules(schema: CelSchema, path: string, options?: DefinitionCheckOptions): FieldError[];
  ruleValidator(schema: CelSchema): RuleValidator | undefined;
}

let loaded: Rules | undefined;

/** Loads what compiles and evaluates rules. It is awaited before the first definition with rules is checked or served, and costs nothing else. */
export async function loadRules(): Promise<Rules> {
  if (loaded) return loaded;
  const [{ checkRules }, { ruleValidator }] = await Promise.all([import('./definition-check.ts'), import('./validator.ts')]);
  loaded = { checkRules, ruleValidator };
  return loaded;
}

/** @throws Error if nobody has awaited `loadRules` */
export function rules(): Rules {
  if (!loaded) throw new Error('rules are checked before they are loaded: await loadRules() first');
  return loaded;
}
