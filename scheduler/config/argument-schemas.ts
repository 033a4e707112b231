import * as z from 'zod';
import { qualifiedNameFaults } from '../../api/validation/name-rules.ts';
import { parseGoDuration } from '../../base/go-duration.ts';
import { duplicate, forbidden, invalid, required, unsupported } from './field-errors.ts';
import type { PluginArguments } from './plugin-arguments.ts';
import { DEFAULT_ARGUMENTS } from './plugin-arguments.ts';

/** The arguments of plugins as a configuration file has them, checked with upstream's words (pkg/scheduler/apis/config/validation). */

const typeMeta = (name: string) => ({
  apiVersion: z.literal('kubescheduler.config.k8s.io/v1', { error: 'must be kubescheduler.config.k8s.io/v1' }).optional(),
  kind: z.literal(`${name}Args`, { error: `must be ${name}Args` }).optional(),
});
const range = (min: number, max: number, why: string) =>
  z.int('must be a whole number').refine((value) => value >= min && value <= max, { error: ({ input }) => invalid(input, why) });

const preemption = DEFAULT_ARGUMENTS.DefaultPreemption;
const defaultPreemption = z
  .strictObject({
    ...typeMeta('DefaultPreemption'),
    minCandidateNodesPercentage: range(0, 100, 'not in valid range [0, 100]').default(preemption.minCandidateNodesPercentage),
    minCandidateNodesAbsolute: range(0, 2 ** 31 - 1, 'not in valid range [0, inf)').default(preemption.minCandidateNodesAbsolute),
  })
  .superRefine(({ minCandidateNodesPercentage: share, minCandidateNodesAbsolute: count }, context) => {
    if (share !== 0 || count !== 0) return;
    const both = (path: string, other: string) =>
      context.addIssue({ code: 'custom', path: [path], message: invalid(0, `cannot be zero at the same time as ${other}`) });
    both('minCandidateNodesPercentage', 'minCandidateNodesAbsolute');
    both('minCandidateNodesAbsolute', 'minCandidateNodesPercentage');
  });

const duration = (check: (ms: number) => string | undefined, standard: number) =>
  z
    .string('must be a duration such as 15s')
    .transform((text, context) => {
      const ms = parseGoDuration(text);
      const fault = typeof ms === 'number' ? check(ms) : ms;
      if (fault === undefined && typeof ms === 'number') return ms;
      context.addIssue({ code: 'custom', message: invalid(text, fault ?? '') });
      return z.NEVER;
    })
    .default(standard);
const dynamicResources = z.strictObject({
  ...typeMeta('DynamicResources'),
  filterTimeout: duration((ms) => (ms < 0 ? 'must be zero or positive' : undefined), DEFAULT_ARGUMENTS.DynamicResources.filterTimeoutMs),
  bindingTimeout: duration((ms) => (ms < 1000 ? 'must be at least 1 second' : undefined), DEFAULT_ARGUMENTS.DynamicResources.bindingTimeoutMs),
});

const interPodAffinity = z.strictObject({
  ...typeMeta('InterPodAffinity'),
  hardPodAffinityWeight: range(0, 100, 'not in valid range [0, 100]').default(1),
  ignorePreferredTermsOfExistingPods: z.boolean().default(false),
});

const requirement = z.strictObject({
  key: z.string(),
  operator: z.enum(['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'], {
    error: ({ input }) => invalid(input, 'not a valid selector operator'),
  }),
  values: z.array(z.string()).optional(),
});
const selectorTerm = z.strictObject({ matchExpressions: z.array(requirement).optional(), matchFields: z.array(requirement).optional() });
const nodeAffinity = z.strictObject({
  ...typeMeta('NodeAffinity'),
  addedAffinity: z
    .strictObject({
      requiredDuringSchedulingIgnoredDuringExecution: z
        .strictObject({ nodeSelectorTerms: z.array(selectorTerm).min(1, required('must have at least one node selector term')) })
        .optional(),
      preferredDuringSchedulingIgnoredDuringExecution: z
        .array(z.strictObject({ weight: range(1, 100, 'must be in the range 1-100'), preference: selectorTerm }))
        .optional(),
    })
    .optional(),
});

const balancedAllocation = z.strictObject({
  ...typeMeta('NodeResourcesBalancedAllocation'),
  resources: z
    .array(z.strictObject({ name: z.string(), weight: z.int().default(1) }))
    .superRefine((resources, context) => {
      const seen = new Set<string>();
      for (const [index, { name, weight }] of resources.entries()) {
        if (seen.has(name)) context.addIssue({ code: 'custom', path: [index, 'name'], message: duplicate(name) });
        seen.add(name);
        if (weight !== 1) context.addIssue({ code: 'custom', path: [index, 'weight'], message: invalid(weight, 'must be 1') });
      }
    })
    .optional(),
});

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'] as const;
const shapePoint = z.strictObject({
  utilization: range(0, 100, 'not in valid range [0, 100]').default(0),
  score: range(0, 10, 'not in valid range [0, 10]').default(0),
});
const shape = z.array(shapePoint).superRefine((points, context) => {
  if (points.length === 0) context.addIssue({ code: 'custom', message: required('at least one point must be specified') });
  const falling = points.findIndex(({ utilization }, index) => index > 0 && (points[index - 1]?.utilization ?? 0) >= utilization);
  if (falling < 0) return;
  const message = invalid(points[falling]?.utilization, 'values must be sorted in increasing order');
  context.addIssue({ code: 'custom', path: [falling, 'utilization'], message });
});
const scoredResource = z.strictObject({ name: z.string(), weight: z.int().default(1) }).refine(({ weight }) => weight > 0 && weight <= 100, {
  path: ['weight'],
  error: ({ input }) => {
    const { name, weight } = input as { name: string; weight: number };
    return invalid(weight, `resource weight of ${name} not in valid range (0, 100]`);
  },
});
const scoringStrategy = z
  .strictObject({
    type: z.enum(STRATEGIES, { error: ({ input }) => unsupported(input, STRATEGIES) }).default('LeastAllocated'),
    resources: z.array(scoredResource).optional(),
    requestedToCapacityRatio: z.strictObject({ shape: shape.default([]) }).optional(),
  })
  .superRefine(({ type, requestedToCapacityRatio: ratio }, context) => {
    const path = ['requestedToCapacityRatio'];
    if (type === 'RequestedToCapacityRatio' && !ratio)
      context.addIssue({ code: 'custom', path, message: required('must be specified when type is RequestedToCapacityRatio') });
    if (type !== 'RequestedToCapacityRatio' && ratio)
      context.addIssue({ code: 'custom', path, message: forbidden('must be nil when type is not RequestedToCapacityRatio') });
  });
const labelName = z.string().superRefine((name, context) => {
  for (const fault of qualifiedNameFaults(name)) context.addIssue({ code: 'custom', message: invalid(name, fault) });
});
const nodeResourcesFit = z.strictObject({
  ...typeMeta('NodeResourcesFit'),
  ignoredResources: z.array(labelName).default([]),
  ignoredResourceGroups: z
    .array(labelName.refine((group) => !group.includes('/'), { error: ({ input }) => invalid(input, "resource group name can't contain '/'") }))
    .default([]),
  scoringStrategy: scoringStrategy.optional(),
});

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'] as const;
const defaultConstraint = z.strictObject({
  topologyKey: z.string().min(1, required('can not be empty')),
  maxSkew: z.int().refine((value) => value > 0, { error: ({ input }) => invalid(input, 'not in valid range (0, inf)') }),
  whenUnsatisfiable: z.enum(ACTIONS, { error: ({ input }) => (input ? unsupported(input, ACTIONS) : required('can not be empty')) }),
  minDomains: z.int().min(1).optional(),
  nodeAffinityPolicy: z.enum(['Honor', 'Ignore']).optional(),
  nodeTaintsPolicy: z.enum(['Honor', 'Ignore']).optional(),
  labelSelector: z.undefined({ error: forbidden('constraint must not define a selector, as they deduced for each pod') }).optional(),
});
const DEFAULTING = ['System', 'List'] as const;
const podTopologySpread = z
  .strictObject({
    ...typeMeta('PodTopologySpread'),
    defaultConstraints: z.array(defaultConstraint).superRefine(checkNotRepeated).default([]),
    defaultingType: z.enum(DEFAULTING, { error: ({ input }) => unsupported(input, DEFAULTING) }).default('System'),
  })
  .refine(({ defaultConstraints, defaultingType }) => defaultingType === 'List' || defaultConstraints.length === 0, {
    path: ['defaultingType'],
    error: invalid('System', 'when .defaultConstraints are not empty'),
  });

function checkNotRepeated(
  constraints: readonly { readonly topologyKey: string; readonly whenUnsatisfiable: string }[],
  context: z.core.$RefinementCtx,
): void {
  const seen = new Set<string>();
  for (const [index, { topologyKey, whenUnsatisfiable }] of constraints.entries()) {
    const identity = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(identity)) context.addIssue({ code: 'custom', path: [index], message: duplicate(identity) });
    seen.add(identity);
  }
}

const volumeBinding = z.strictObject({
  ...typeMeta('VolumeBinding'),
  bindTimeoutSeconds: z
    .int()
    .refine((value) => value >= 0, { error: ({ input }) => invalid(input, 'invalid BindTimeoutSeconds, should not be a negative value') })
    .default(600),
});

/** Drops what only says which arguments these are. */
const withoutType = <T extends { readonly apiVersion?: unknown; readonly kind?: unknown }>({ apiVersion: _, kind: __, ...args }: T) => args;

/** A reader of each plugin's arguments: from the file's form to the scheduler's, with defaults. */
export const argumentSchemas: { readonly [Name in keyof PluginArguments]: z.ZodType<PluginArguments[Name]> } = {
  DefaultPreemption: defaultPreemption.transform(withoutType),
  DynamicResources: dynamicResources.transform(({ filterTimeout, bindingTimeout }) => ({
    filterTimeoutMs: filterTimeout,
    bindingTimeoutMs: bindingTimeout,
  })),
  InterPodAffinity: interPodAffinity.transform(withoutType),
  NodeAffinity: nodeAffinity.transform(({ addedAffinity }) => ({ addedAffinity })),
  NodeResourcesBalancedAllocation: balancedAllocation.transform(({ resources }) => ({
    resources: resources?.length ? resources : DEFAULT_ARGUMENTS.NodeResourcesBalancedAllocation.resources,
  })),
  NodeResourcesFit: nodeResourcesFit.transform(({ ignoredResources, ignoredResourceGroups, scoringStrategy: strategy }) => {
    const standard = DEFAULT_ARGUMENTS.NodeResourcesFit.scoringStrategy;
    if (!strategy) return { ignoredResources, ignoredResourceGroups, scoringStrategy: standard };
    const { type, resources, requestedToCapacityRatio } = strategy;
    return {
      ignoredResources,
      ignoredResourceGroups,
      scoringStrategy: { type, resources: resources?.length ? resources : standard.resources, shape: requestedToCapacityRatio?.shape ?? [] },
    };
  }),
  PodTopologySpread: podTopologySpread.transform(({ defaultConstraints, defaultingType }) => ({
    defaultConstraints: defaultingType === 'List' ? defaultConstraints : undefined,
  })),
  VolumeBinding: volumeBinding.transform(withoutType),
};
