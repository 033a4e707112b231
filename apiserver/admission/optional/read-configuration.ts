import type { ZodType } from 'zod';

/** Reads the configuration of a plugin by its schema. @throws Error that names each field which is wrong, and what it must be. */
export function readConfiguration<T>(schema: ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new Error(error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`).join('; '));
}
