/** The texts of upstream's field errors (k8s.io/apimachinery/pkg/util/validation/field), without the path. */
export const invalid = (value: unknown, why: string): string => `Invalid value: ${JSON.stringify(value)}: ${why}`;
export const required = (why = ''): string => (why === '' ? 'Required value' : `Required value: ${why}`);
export const duplicate = (value: unknown): string => `Duplicate value: ${JSON.stringify(value)}`;
export const forbidden = (why: string): string => `Forbidden: ${why}`;
export const unsupported = (value: unknown, supported: readonly string[]): string =>
  `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((each) => JSON.stringify(each)).join(', ')}`;
