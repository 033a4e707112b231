import type { Clock } from '../../base/clock.ts';

/** The encoding of an answer. */
export type Media = 'json' | 'yaml' | 'protobuf';

/** The form in which a client wants its answer. */
export interface Form {
  readonly media: Media;
  readonly as: 'object' | 'table' | 'partial';
  /** Set if the metadata of a list is asked for, not of one object. */
  readonly ofList?: boolean;
  /** Of the Table or the metadata, in the group meta.k8s.io. Default: v1. */
  readonly version?: 'v1' | 'v1beta1';
}

/** The object beside the cells of a table's row (the includeObject parameter). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** All that the encoding of an answer depends on. */
export interface Encoding {
  readonly form: Form;
  readonly includeObject: IncludeObject;
  readonly clock: Clock;
}
