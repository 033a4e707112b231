import type { CustomResourceDefinition } from './schema.ts';

/** Whether a condition of a definition is true. */
export const hasCondition = (crd: CustomResourceDefinition, type: string): boolean =>
  crd.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
