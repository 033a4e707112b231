export const SCHEMA_TYPES: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
export const MAX_SELECTABLE_FIELDS = 8;
