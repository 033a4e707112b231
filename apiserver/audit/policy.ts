import * as z from 'zod';
import type { FieldError } from '../../api/schema/field-error.ts';
import { fieldErrorText, invalid, notSupported, required } from '../../api/schema/field-error.ts';
import { dns1123SubdomainFaults } from '../../api/validation/name-rules.ts';
import { faultsText } from '../../base/field-path.ts';
import { LEVELS, STAGES } from './event.ts';

const texts = z.array(z.string()).default([]);

const rule = z.strictObject({
  level: z.string().default(''),
  users: texts,
  userGroups: texts,
  verbs: texts,
  resources: z.array(z.strictObject({ group: z.string().default(''), resources: texts, resourceNames: texts })).default([]),
  namespaces: texts,
  nonResourceURLs: texts,
  omitStages: texts,
  omitManagedFields: z.boolean().optional(),
});

const policy = z.strictObject({
  apiVersion: z.literal('audit.k8s.io/v1'),
  kind: z.literal('Policy'),
  metadata: z.looseObject({}).optional(),
  rules: z.array(rule).default([]),
  omitStages: texts,
  omitManagedFields: z.boolean().default(false),
});

export type PolicyRule = z.output<typeof rule>;
export type Policy = z.output<typeof policy>;

const LEVEL_NAMES: readonly string[] = LEVELS;
const STAGE_NAMES: readonly string[] = STAGES;

function urlErrors(urls: readonly string[], path: string): FieldError[] {
  return urls.flatMap((url, index) => {
    if (url === '*') return [];
    const faults: FieldError[] = [];
    const at = `${path}[${index}]`;
    if (!url.startsWith('/')) faults.push(invalid(at, url, "non-resource URL rules must begin with a '/' character"));
    if (url.slice(0, -1).includes('*')) {
      faults.push(invalid(at, url, "non-resource URL wildcards '*' must be the final character of the rule"));
    }
    return faults;
  });
}

function stageErrors(stages: readonly string[], path: string): FieldError[] {
  return stages.flatMap((stage, index) =>
    STAGE_NAMES.includes(stage) ? [] : [invalid(`${path}[${index}]`, stage, `allowed stages are ${STAGE_NAMES.join(',')}`)],
  );
}

function resourceErrors(resources: PolicyRule['resources'], path: string): FieldError[] {
  return resources.flatMap(({ group, resources: names, resourceNames }) => {
    const faults = group === '' ? [] : dns1123SubdomainFaults(group);
    return [
      ...(faults.length > 0 ? [invalid(`${path}.group`, group, faults.join(','))] : []),
      ...(resourceNames.length > 0 && names.length === 0
        ? [invalid(`${path}.resourceNames`, resourceNames, 'using resourceNames requires at least one resource')]
        : []),
    ];
  });
}

function ruleErrors({ level, nonResourceURLs, resources, namespaces, omitStages }: PolicyRule, path: string): FieldError[] {
  const faults: FieldError[] = [];
  if (level === '') faults.push(required(`${path}.level`));
  else if (!LEVEL_NAMES.includes(level)) faults.push(notSupported(`${path}.level`, level, LEVEL_NAMES));
  faults.push(...urlErrors(nonResourceURLs, `${path}.nonResourceURLs`), ...resourceErrors(resources, `${path}.resources`));
  faults.push(...stageErrors(omitStages, `${path}.omitStages`));
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)) {
    const why = 'rules cannot apply to both regular resources and non-resource URLs';
    faults.push(invalid(`${path}.nonResourceURLs`, nonResourceURLs, why));
  }
  return faults;
}

/**
 * Reads an audit policy (https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy). A field that is not known is refused: a
 * misspelled one would record more than was meant. @throws Error naming each field that is wrong.
 */
export function parsePolicy(value: unknown): Policy {
  const parsed = policy.safeParse(value);
  if (!parsed.success) throw new Error(faultsText(parsed.error.issues, 'the policy'));
  const { rules, omitStages } = parsed.data;
  if (rules.length === 0) throw new Error('rules: the policy has none: add at least one, such as {level: Metadata}');
  const faults = [...rules.flatMap((each, index) => ruleErrors(each, `rules[${index}]`)), ...stageErrors(omitStages, 'omitStages')];
  if (faults.length > 0) throw new Error(faults.map(fieldErrorText).join('; '));
  return parsed.data;
}
