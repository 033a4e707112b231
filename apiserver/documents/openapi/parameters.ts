/** The query parameters of operations: type and meaning. */
const QUERY = {
  allowWatchBookmarks: ['boolean', 'Send bookmarks in a watch.'],
  continue: ['string', 'Token to go on with a list that was cut.'],
  dryRun: ['string', 'All: check everything, but store nothing.'],
  fieldManager: ['string', 'Name of the manager that makes the change.'],
  fieldSelector: ['string', 'Limits the answer by fields.'],
  fieldValidation: ['string', 'The treatment of unknown and doubled fields: Ignore, Warn or Strict.'],
  force: ['boolean', 'Take fields over from other managers; for apply alone.'],
  gracePeriodSeconds: ['integer', 'Seconds until the end.'],
  ignoreStoreReadErrorWithClusterBreakingPotential: [
    'boolean',
    'Remove even an object that can no longer be decoded, without finalizers and checks.',
  ],
  labelSelector: ['string', 'Limits the answer by labels.'],
  limit: ['integer', 'Most objects to answer with.'],
  orphanDependents: ['boolean', 'Old form of propagationPolicy: true leaves dependents as they are.'],
  pretty: ['string', 'Answer with line breaks and indentation.'],
  propagationPolicy: ['string', 'The treatment of dependents: Orphan, Background or Foreground.'],
  resourceVersion: ['string', 'Version that the answer must have reached.'],
  resourceVersionMatch: ['string', 'The meaning of resourceVersion: Exact or NotOlderThan.'],
  sendInitialEvents: ['boolean', 'Begin a watch with the present objects.'],
  shardSelector: ['string', 'Limits the answer to a shard.'],
  timeoutSeconds: ['integer', 'Ends a list or watch after so many seconds.'],
  watch: ['boolean', 'Answer with changes, as they come.'],
} as const;

type QueryName = keyof typeof QUERY;

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: string;
  readonly description: string;
}

const query = (...names: QueryName[]): readonly Parameter[] =>
  names.map((name) => ({ name, in: 'query', type: QUERY[name][0], description: QUERY[name][1] }));

export const READ = query('pretty');
export const WRITE = query('dryRun', 'fieldManager', 'fieldValidation', 'pretty');
export const PATCH = query('dryRun', 'fieldManager', 'fieldValidation', 'force', 'pretty');
export const LIST = query(
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'pretty',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'shardSelector',
  'timeoutSeconds',
  'watch',
);
export const DELETE = query(
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'pretty',
  'propagationPolicy',
);
export const DELETE_COLLECTION = query(
  'continue',
  'dryRun',
  'fieldSelector',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'labelSelector',
  'limit',
  'orphanDependents',
  'pretty',
  'propagationPolicy',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'shardSelector',
  'timeoutSeconds',
);

export const pathParameter = (name: string, description: string): Parameter => ({ name, in: 'path', type: 'string', description });
