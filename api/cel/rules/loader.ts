import type { Steps } from '../../../base/steps.ts';
import type { FieldError } from '../../schema/field-error.ts';
import type { DeviceMatcher } from '../device-match.ts';
import type { DeviceSelectorResult } from '../device-selector.ts';
import type { CelSchema } from '../schema.ts';
import type { DefinitionCheckOptions } from './definition-check.ts';
import type { RuleValidator } from './validator.ts';

/** Rules of schemas and selectors of devices, as the code that loads CEL on demand sees them. */
export interface Rules {
  checkRules(schema: CelSchema, path: string, options?: DefinitionCheckOptions): Steps<FieldError[]>;
  ruleValidator(schema: CelSchema): RuleValidator | undefined;
  compileDeviceSelector(expression: string): DeviceSelectorResult;
  /** @throws Error with the reason if the expression does not compile */
  deviceMatcher(expression: string): DeviceMatcher;
}

let loaded: Rules | undefined;

/** Loads CEL. It is awaited before the first definition with rules is checked or served, and costs nothing otherwise. */
export async function loadRules(): Promise<Rules> {
  if (loaded) return loaded;
  const [{ checkRules }, { ruleValidator }, { compileDeviceSelector }, { deviceMatcher }] = await Promise.all([
    import('./definition-check.ts'),
    import('./validator.ts'),
    import('../device-selector.ts'),
    import('../device-match.ts'),
  ]);
  loaded = { checkRules, ruleValidator, compileDeviceSelector, deviceMatcher };
  return loaded;
}

/** @throws Error if nobody has awaited `loadRules` */
export function rules(): Rules {
  if (!loaded) throw new Error('rules are checked before they are loaded: await loadRules() first');
  return loaded;
}
