import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { int32, listMap, ref, string, struct, time, topLevel } from '../../../schema/fields.ts';

export const QueuingConfiguration = struct('QueuingConfiguration', 'Queues of the requests that wait for seats.', {
  handSize: int32('Queues that one flow may use; the shortest of them takes a request. 8, if left out.', { presence: 'filled' }).tag(2).optional(),
  queueLengthLimit: int32('Most requests that wait in one queue. 50, if left out.', { presence: 'filled' }).tag(3).optional(),
  queues: int32('Number of queues. 64, if left out.', { presence: 'filled' }).tag(1).optional(),
});
export type QueuingConfiguration = Infer<typeof QueuingConfiguration>;

export const LimitResponse = struct(
  'LimitResponse',
  'The treatment of requests that find no free seat.',
  {
    queuing: ref(QueuingConfiguration, 'The queues, if the type is Queue.').tag(2).optional(),
    type: string('Queue or Reject.', { goType: 'LimitResponseType' }).tag(1),
  },
  { 'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { queuing: 'Queuing' } }] },
);

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

export const PriorityLevelConfigurationSpec = struct(
  'PriorityLevelConfigurationSpec',
  'Capacity of a priority level.',
  {
    exempt: ref(ExemptPriorityLevelConfiguration, 'Shares, if the type is Exempt.').tag(3).optional(),
    limited: ref(LimitedPriorityLevelConfiguration, 'Limits, if the type is Limited.').tag(2).optional(),
    type: string('Exempt or Limited.', { goType: 'PriorityLevelEnablement' }).tag(1),
  },
  { 'x-kubernetes-unions': [{ discriminator: 'type', 'fields-to-discriminateBy': { exempt: 'Exempt', limited: 'Limited' } }] },
);
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
