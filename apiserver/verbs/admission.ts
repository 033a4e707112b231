import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { MaybePromise } from '../../base/maybe-promise.ts';
import { chained } from '../../base/maybe-promise.ts';
import { oncePer } from '../../base/once-per.ts';
import type {
  AdmissionAttributes,
  AdmissionPhase,
  AdmissionPlace,
  AdmissionPlugin,
  AdmissionStep,
  AdmissionTimes,
  AdmissionVerb,
} from '../contract/admission.ts';
import type { Call, Core } from '../contract/call.ts';
import type { Attributes } from './admission-attributes.ts';
import { createAttributes } from './admission-attributes.ts';
import type { AdmissionWrite } from './admission-write.ts';

/** Admission of one write: its phases, and the settling of what plugins reserved. */
export interface Admission {
  /**
   * Runs the mutating phases over the object and its old state in the requested form; `storedOld` is the latter as it is stored.
   * Returns the object, changed in place or replaced.
   */
  admit<T extends KubeObject | undefined>(object: T, old: Live | undefined, storedOld?: Live): MaybePromise<T | KubeObject>;
  /** Runs the validating phases; `stored` is the object as it will be stored. */
  validate(stored: KubeObject | undefined): MaybePromise<void>;
  /** Tells the plugins how the write ended; once per attempt. */
  settle(committed: boolean): void;
}

/** The phases in their order (pkg/kubeapiserver/options/plugins.go), each with the plugins that it runs and their function. */
const PHASES: readonly { readonly name: AdmissionPhase; readonly place: AdmissionPlace; readonly step: AdmissionStep }[] = [
  { name: 'mutation', place: 'builtin', step: 'admit' },
  { name: 'mutating policies', place: 'policy', step: 'admit' },
  { name: 'mutating webhooks', place: 'webhook', step: 'admit' },
  { name: 'allocation', place: 'allocation', step: 'admit' },
  { name: 'validation', place: 'builtin', step: 'validate' },
  { name: 'validating policies', place: 'policy', step: 'validate' },
  { name: 'validating webhooks', place: 'webhook', step: 'validate' },
  { name: 'quota', place: 'quota', step: 'validate' },
];

/** A plugin of a chain, with the record of its durations if there are metrics. */
interface Link {
  readonly plugin: AdmissionPlugin;
  readonly times: AdmissionTimes | undefined;
}

/** The plugins that are asked about one kind, subresource and verb, phase after phase. */
interface Chain {
  readonly clock: Clock;
  readonly mutating: readonly Link[];
  /** Admit after the mutating ones, and once: not again when those are reinvoked. */
  readonly allocating: readonly Link[];
  readonly validating: readonly Link[];
  /** Whether any of the validating ones reads the requested form. */
  readonly readsRequested: boolean;
  /** The durations of both steps, all plugins together. */
  readonly times: Readonly<Record<AdmissionStep, AdmissionTimes>> | undefined;
}

/** The chains of a server, by kind, then by verb and subresource: a kind that goes takes its chains along. */
const chainsOf = oncePer((_core: Core) => oncePer((_kind: KindDefinition) => new Map<string, Chain>()));

function chainFor(core: Core, kind: KindDefinition, subresource: string, verb: AdmissionVerb): Chain {
  const byVerb = chainsOf(core)(kind);
  const id = `${verb} ${subresource}`;
  let chain = byVerb.get(id);
  if (!chain) {
    const { admission, admissionMetrics: metrics, clock } = core;
    const asked = admission.filter((plugin) => plugin.handles?.(kind, subresource, verb) ?? true);
    const inPhases = (step: AdmissionStep) =>
      PHASES.filter((phase) => phase.step === step).flatMap(({ place }) =>
        asked
          .filter((plugin) => plugin[step] !== undefined && (plugin.place ?? 'builtin') === place)
          .map((plugin): Link => ({ plugin, times: metrics?.controller(plugin.name, step, verb) })),
      );
    const validating = inPhases('validate');
    const admitting = inPhases('admit');
    const mutating = admitting.filter(({ plugin }) => plugin.place !== 'allocation');
    chain = {
      clock,
      mutating,
      allocating: admitting.slice(mutating.length),
      validating,
      readsRequested: validating.some(({ plugin }) => !plugin.validatesStored),
      times: metrics && { admit: metrics.step('admit', verb), validate: metrics.step('validate', verb) },
    };
    byVerb.set(id, chain);
  }
  return chain;
}

const NO_ADMISSION: Admission = { admit: (object) => object, validate: () => {}, settle: () => {} };

/**
 * Runs a step of plugins one after the other, from one on, and records how long each took since `since`, when the one before was through.
 * Returns a promise only if one of them has something to wait for.
 */
function run(
  links: readonly Link[],
  step: AdmissionStep,
  attributes: AdmissionAttributes,
  clock: Clock,
  since = clock.monotonic(),
  from = 0,
): MaybePromise<void> {
  let last = since;
  for (let i = from; i < links.length; i++) {
    const times = links[i]?.times;
    let pending: MaybePromise<void>;
    try {
      pending = links[i]?.plugin[step]?.(attributes);
    } catch (error) {
      times?.record(clock.monotonic() - last, true);
      throw error;
    }
    if (pending) return ended(pending, times, clock, last).then(() => run(links, step, attributes, clock, clock.monotonic(), i + 1));
    const now = clock.monotonic();
    times?.record(now - last, false);
    last = now;
  }
}

/** Records how long some work took since `since`, once it has ended. Settles as it does. */
async function ended<T>(work: Promise<T>, times: AdmissionTimes | undefined, clock: Clock, since: number): Promise<T> {
  let isRejected = true;
  try {
    const result = await work;
    isRejected = false;
    return result;
  } finally {
    times?.record(clock.monotonic() - since, isRejected);
  }
}

/** Does a whole step, and records how long it took. */
function timed<T>({ times, clock }: Chain, step: AdmissionStep, work: (since: number) => MaybePromise<T>): MaybePromise<T> {
  const since = clock.monotonic();
  let result: MaybePromise<T>;
  try {
    result = work(since);
  } catch (error) {
    times?.[step].record(clock.monotonic() - since, true);
    throw error;
  }
  if (result instanceof Promise) return ended(result, times?.[step], clock, since);
  times?.[step].record(clock.monotonic() - since, false);
  return result;
}

/** The admission of one write by the plugins that are asked about it. */
class PluginAdmission implements Admission {
  private readonly chain: Chain;
  private readonly attributes: Attributes;

  constructor(chain: Chain, attributes: Attributes) {
    this.chain = chain;
    this.attributes = attributes;
  }

  admit<T extends KubeObject | undefined>(object: T, old: Live | undefined, storedOld = old): MaybePromise<T | KubeObject> {
    const { chain, attributes } = this;
    const { clock, mutating, allocating } = chain;
    attributes.begin(object, old, storedOld);
    return timed<T | KubeObject>(chain, 'admit', (since) => {
      const pending = run(mutating, 'admit', attributes, clock, since);
      if (!pending && !attributes.wantsReinvocation && allocating.length === 0) return attributes.object ?? object;
      return chained(
        chained(pending, () => this.reinvoke()),
        () => chained(run(allocating, 'admit', attributes, clock), () => attributes.object ?? object),
      );
    });
  }

  validate(stored: KubeObject | undefined): MaybePromise<void> {
    const { validating, readsRequested, clock } = this.chain;
    if (validating.length === 0) return;
    const pending = this.attributes.prepared(stored, readsRequested);
    const check = () => timed<void>(this.chain, 'validate', (since) => run(validating, 'validate', this.attributes, clock, since));
    return pending ? pending.then(check) : check();
  }

  settle(committed: boolean): void {
    this.attributes.settle(committed);
  }

  /** Runs the mutating plugins once more if one of them asked for it. */
  private reinvoke(): MaybePromise<void> {
    if (!this.attributes.wantsReinvocation) return;
    this.attributes.isReinvocation = true;
    return run(this.chain.mutating, 'admit', this.attributes, this.chain.clock);
  }
}

export function admissionOf(call: Call, write: AdmissionWrite): Admission {
  const { resource, core } = call;
  const chain = chainFor(core, resource.kind, call.info.subresource, write.verb);
  if (chain.mutating.length + chain.allocating.length + chain.validating.length === 0) return NO_ADMISSION;
  return new PluginAdmission(chain, createAttributes(call, write));
}
