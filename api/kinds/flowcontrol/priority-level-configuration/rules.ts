import { semanticEqual } from '../../../../base/equality.ts';
import type { Strategy } from '../../../definition/strategy.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { EXEMPT } from '../names.ts';
import { conditionFaults, statusRules } from '../status-rules.ts';
import { MANDATORY_PRIORITY_LEVELS } from './mandatory.ts';
import type {
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from './schema.ts';

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
  ...statusRules<PriorityLevelConfiguration['spec'], PriorityLevelConfiguration>(),
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
  validate,
  validateUpdate: validate,
};
