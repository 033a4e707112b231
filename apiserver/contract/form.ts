import type { Clock } from '../../base/clock.ts';

/** The form in which a client wants its answer. */
export interface Form {
  readonly media: 'json' | 'yaml';
  readonly as: 'object' | 'table' | 'partial';
}

/** The object beside the cells of a table's row (the includeObject parameter). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** The encoding of an answer. */
export interface Encoding {
  readonly form: Form;
  readonly includeObject: IncludeObject;
  readonly clock: Clock;
}
