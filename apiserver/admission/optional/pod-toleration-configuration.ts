import * as z from 'zod';
import type { Toleration } from '../../../api/pod/placement/affinity.ts';
import { checkTolerations } from '../../../api/pod/placement/toleration-validation.ts';
import type { FieldError } from '../../../api/schema/field-error.ts';
import { fieldErrorText } from '../../../api/schema/field-error.ts';
import { rootPath } from '../../../api/validation/field-path.ts';
import { readConfiguration } from './read-configuration.ts';

/** The tolerations of namespaces without annotations. */
export interface PodTolerationConfiguration {
  /** Tolerations that new pods get. */
  readonly default: readonly Toleration[];
  /** Tolerations that pods may have; an empty list allows all. */
  readonly whitelist: readonly Toleration[];
}

const toleration = z.strictObject({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: z.int().optional(),
});

const tolerations = z
  .array(toleration)
  .nullish()
  .transform((list) => list ?? []);

const schema = z.strictObject({
  apiVersion: z.literal('podtolerationrestriction.admission.k8s.io/v1alpha1'),
  kind: z.literal('Configuration'),
  default: tolerations,
  whitelist: tolerations,
});

/** Reads a Configuration of podtolerationrestriction.admission.k8s.io/v1alpha1. @throws Error that names the field and what it must be. */
export function podTolerationConfiguration(value: unknown): PodTolerationConfiguration {
  if (value === undefined) return { default: [], whitelist: [] };
  const configuration = readConfiguration(schema, value) as PodTolerationConfiguration;
  const faults: FieldError[] = [];
  checkTolerations(faults, configuration.default, rootPath('podtolerationrestriction.default'));
  checkTolerations(faults, configuration.whitelist, rootPath('podtolerationrestriction.whitelist'));
  if (faults.length > 0) throw new Error(`invalid config: [${faults.map(fieldErrorText).join(', ')}]`);
  return configuration;
}
