import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { int32, listMap, ref, string, struct, time, topLevel } from '../../schema/fields.ts';
import { EXEMPT, MANDATORY_PRIORITY_LEVELS } from './mandatory.ts';
import { conditionFaults } from './status-conditions.ts';

export const QueuingConfiguration = struct('QueuingConfiguration', 'Queues of the requests that wait for seats.', {
  handSize: int32('Queues that one flow may use; the shortest of them takes a request. 8, if left out.', { presence: 'filled' }).tag(2).optional(),
  queueLengthLimit: int32('Most requests that wait in one queue. 50, if left out.', { presence: 'filled' }).tag(3).optional(),
  queues: int32('Number of queues. 64, if left out.', { presence: 'filled' }).tag(1).optional(),
});
export type QueuingConfiguration = Infer<typeof QueuingConfiguration>;

export const LimitResponse = struct('LimitResponse', 'The treatment of requests that find no free seat.', {
  queuing: ref(QueuingConfiguration, 'The queues, if the type is Queue.').tag(2).optional(),
  type: string('Queue or Reject.', { goType: 'LimitResponseType' }).tag(1),
});

export const LimitedPriorityLevelConfiguration = struct('LimitedPriorityLevelConfiguration', 'Limits of the requests that are served at once.', {
  borrowingLimitPercent: int32('Most seats that may be borrowed, in percent of the nominal ones; no limit, if left out.', { presence: 'pointer' })
    .tag(4)
    .optional(),
  lendablePercent: int32('Share of the nominal seats that other levels may borrow, in percent.', { presence: 'pointer' }).tag(3).optional(),
  limitResponse: ref(LimitResponse, 'The treatment of requests that find no free seat.', { presence: 'filled' }).tag(2).optional(),
  nominalConcurrencyShares: int32("The level's share of the server's seats, by proportion to those of the other levels. 30, if left out.", {
    presence: 'pointer',
  })
    .tag(1)
    .optional(),
});
export type LimitedPriorityLevelConfiguration = Infer<typeof LimitedPriorityLevelConfiguration>;

export const ExemptPriorityLevelConfiguration = struct('ExemptPriorityLevelConfiguration', 'Shares of a level whose requests are never held back.', {
  lendablePercent: int32('Share of the nominal seats that other levels may borrow, in percent.', { presence: 'pointer' }).tag(2).optional(),
  nominalConcurrencyShares: int32("The level's share of the server's seats, by proportion to those of the other levels.", { presence: 'pointer' })
    .tag(1)
    .optional(),
});

export const PriorityLevelConfigurationSpec = struct('PriorityLevelConfigurationSpec', 'Capacity of a priority level.', {
  exempt: ref(ExemptPriorityLevelConfiguration, 'Shares, if the type is Exempt.').tag(3).optional(),
  limited: ref(LimitedPriorityLevelConfiguration, 'Limits, if the type is Limited.').tag(2).optional(),
  type: string('Exempt or Limited.', { goType: 'PriorityLevelEnablement' }).tag(1),
});
export type PriorityLevelConfigurationSpec = Infer<typeof PriorityLevelConfigurationSpec>;

export const PriorityLevelConfigurationCondition = struct('PriorityLevelConfigurationCondition', "One observation of a priority level's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2).optional(),
  type: string('Name of the condition.', { goType: 'PriorityLevelConfigurationConditionType' }).tag(1).optional(),
});

export const PriorityLevelConfigurationStatus = struct('PriorityLevelConfigurationStatus', 'State of a priority level.', {
  conditions: listMap(PriorityLevelConfigurationCondition, ['type'], 'Latest observations, one of each type.').tag(1).optional(),
});

export const PriorityLevelConfiguration = topLevel('PriorityLevelConfiguration', 'A share of the capacity of the API server.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(PriorityLevelConfigurationSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(PriorityLevelConfigurationStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type PriorityLevelConfiguration = Infer<typeof PriorityLevelConfiguration>;

const MAX_QUEUES = 10_000_000;
/** Bits of a flow's hash that are used to deal it a hand of queues (k8s.io/apiserver/pkg/util/shufflesharding). */
const MAX_HASH_BITS = 60;
const DEFAULT_SHARES = 30;
const NOT_NEGATIVE = 'must be a non-negative integer';

/** Bits that dealing a hand from a deck takes. */
const entropyBits = (deck: number, hand: number): number => Math.ceil(Math.log2(deck) * hand);

function checkQueuing(errors: FieldError[], { queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration): void {
  const path = 'spec.limited.limitResponse.queuing';
  if (queueLengthLimit <= 0) errors.push(invalid(`${path}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  if (queues <= 0) errors.push(invalid(`${path}.queues`, queues, 'must be positive'));
  else if (queues > MAX_QUEUES) errors.push(invalid(`${path}.queues`, queues, `must not be greater than ${MAX_QUEUES}`));
  const hand = (why: string) => errors.push(invalid(`${path}.handSize`, handSize, why));
  if (handSize <= 0) hand('must be positive');
  else if (handSize > queues) hand(`should not be greater than queues (${queues})`);
  else if (entropyBits(queues, handSize) > MAX_HASH_BITS) {
    hand(`required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_HASH_BITS}`);
  }
}

function checkShares(
  errors: FieldError[],
  field: string,
  {
    nominalConcurrencyShares: shares,
    lendablePercent: lendable,
  }: Pick<LimitedPriorityLevelConfiguration, 'nominalConcurrencyShares' | 'lendablePercent'>,
): void {
  if (shares !== undefined && shares < 0) errors.push(invalid(`${field}.nominalConcurrencyShares`, shares, NOT_NEGATIVE));
  if (lendable !== undefined && (lendable < 0 || lendable > 100))
    errors.push(invalid(`${field}.lendablePercent`, lendable, 'must be between 0 and 100, inclusive'));
}

function checkLimited(errors: FieldError[], limited: LimitedPriorityLevelConfiguration): void {
  checkShares(errors, 'spec.limited', limited);
  const { borrowingLimitPercent, limitResponse: { type = '', queuing } = {} } = limited;
  const path = 'spec.limited.limitResponse';
  switch (type) {
    case 'Reject':
      if (queuing) errors.push(forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
      break;
    case 'Queue':
      if (queuing) checkQueuing(errors, queuing);
      else errors.push(required(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
      break;
    default:
      errors.push(notSupported(`${path}.type`, type, ['Queue', 'Reject']));
  }
  if (borrowingLimitPercent !== undefined && borrowingLimitPercent < 0)
    errors.push(invalid('spec.limited.borrowingLimitPercent', borrowingLimitPercent, `if specified, ${NOT_NEGATIVE}`));
}

function checkSpec(errors: FieldError[], name: string, { type, limited, exempt }: Partial<PriorityLevelConfigurationSpec>): void {
  if ((name === EXEMPT) !== (type === 'Exempt'))
    errors.push(invalid('spec.type', type ?? '', "type must be 'Exempt' if and only if name is 'exempt'"));
  switch (type) {
    case 'Exempt':
      if (limited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
      if (exempt) checkShares(errors, 'spec.exempt', exempt);
      break;
    case 'Limited':
      if (exempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
      if (limited) checkLimited(errors, limited);
      else errors.push(required('spec.limited', 'must not be empty when type is Limited'));
      break;
    default:
      errors.push(notSupported('spec.type', type ?? '', ['Exempt', 'Limited']));
  }
}

/** The spec as upstream's message shows it: its internal structure, which has no JSON names. */
const shownSpec = ({ type = '', limited, exempt }: Partial<PriorityLevelConfigurationSpec>) => ({
  Type: type,
  Limited: limited
    ? {
        NominalConcurrencyShares: limited.nominalConcurrencyShares ?? 0,
        LimitResponse: {
          Type: limited.limitResponse?.type ?? '',
          Queuing: limited.limitResponse?.queuing
            ? {
                Queues: limited.limitResponse.queuing.queues ?? 0,
                HandSize: limited.limitResponse.queuing.handSize ?? 0,
                QueueLengthLimit: limited.limitResponse.queuing.queueLengthLimit ?? 0,
              }
            : null,
        },
        LendablePercent: limited.lendablePercent ?? null,
        BorrowingLimitPercent: limited.borrowingLimitPercent ?? null,
      }
    : null,
  Exempt: exempt ? { NominalConcurrencyShares: exempt.nominalConcurrencyShares ?? null, LendablePercent: exempt.lendablePercent ?? null } : null,
});

/** The shares of the level `exempt` are the only part of a mandatory level that may differ. */
const isMandatory = (name: string, spec: Partial<PriorityLevelConfigurationSpec>, mandatory: PriorityLevelConfigurationSpec): boolean =>
  semanticEqual(name === EXEMPT ? { ...spec, exempt: mandatory.exempt } : spec, mandatory);

function validate({ metadata, spec = { type: '' }, status }: PriorityLevelConfiguration): FieldError[] {
  const errors: FieldError[] = [];
  const name = metadata?.name ?? '';
  checkSpec(errors, name, spec);
  const mandatory = MANDATORY_PRIORITY_LEVELS.get(name);
  if (mandatory && !isMandatory(name, spec, mandatory)) {
    const what = name === EXEMPT ? `spec of '${name}' except the 'spec.exempt' field` : `spec of '${name}'`;
    errors.push(invalid('spec', shownSpec(spec), `${what} must equal the fixed value`));
  }
  return [...errors, ...conditionFaults(status?.conditions)];
}

/** The rules of upstream's pkg/apis/flowcontrol/validation. */
export const priorityLevelConfigurationStrategy: Strategy<PriorityLevelConfiguration> = {
  generation: 'content',
  metadataChecks: { onUpdate: ['whole'] },
  default({ spec }) {
    for (const shares of [spec?.limited, spec?.exempt]) if (shares) shares.lendablePercent ??= 0;
    if (spec?.exempt) spec.exempt.nominalConcurrencyShares ??= 0;
    if (!spec?.limited) return;
    spec.limited.nominalConcurrencyShares ??= DEFAULT_SHARES;
    const queuing = spec.limited.limitResponse?.queuing;
    if (!queuing) return;
    queuing.handSize ||= 8;
    queuing.queues ||= 64;
    queuing.queueLengthLimit ||= 50;
  },
  prepareForCreate(level) {
    level.status = {};
  },
  prepareForUpdate(level, old) {
    level.status = old.status;
  },
  prepareForStatusUpdate(level, old) {
    // A status changes no label and no annotation, as those of most other kinds may.
    level.metadata = { ...old.metadata, managedFields: level.metadata?.managedFields };
    level.spec = old.spec;
  },
  validate,
  validateUpdate: validate,
  validateStatusUpdate: ({ status }) => conditionFaults(status?.conditions),
};

type QueuingField = keyof QueuingConfiguration;
const queuingColumn = (name: string, field: QueuingField, description: string): Column<PriorityLevelConfiguration> =>
  shown(name, description, ({ spec }) => spec?.limited?.limitResponse?.queuing?.[field] ?? '<none>');

const priorityLevelColumns: readonly Column<PriorityLevelConfiguration>[] = [
  nameColumn,
  shown('Type', 'Whether its requests are limited.', ({ spec }) => spec?.type ?? ''),
  shown('NominalConcurrencyShares', "Its share of the server's seats.", ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? '<none>'),
  queuingColumn('Queues', 'queues', 'The number of its queues.'),
  queuingColumn('HandSize', 'handSize', 'The queues that one flow may use.'),
  queuingColumn('QueueLengthLimit', 'queueLengthLimit', 'The most requests that wait in a queue.'),
  ageColumn,
];

export const priorityLevelConfigurations = defineKind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  namespaced: false,
  schema: PriorityLevelConfiguration,
  columns: priorityLevelColumns,
  subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
  strategy: priorityLevelConfigurationStrategy,
});
