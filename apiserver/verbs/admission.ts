import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { MaybePromise } from '../../base/maybe-promise.ts';
import { chained } from '../../base/maybe-promise.ts';
import { oncePer } from '../../base/once-per.ts';
import type { AdmissionAttributes, AdmissionPhase, AdmissionPlace, AdmissionPlugin, AdmissionVerb } from '../contract/admission.ts';
import type { Call } from '../contract/call.ts';
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
const PHASES: readonly { readonly name: AdmissionPhase; readonly place: AdmissionPlace; readonly step: 'admit' | 'validate' }[] = [
  { name: 'mutation', place: 'builtin', step: 'admit' },
  { name: 'mutating policies', place: 'policy', step: 'admit' },
  { name: 'mutating webhooks', place: 'webhook', step: 'admit' },
  { name: 'allocation', place: 'allocation', step: 'admit' },
  { name: 'validation', place: 'builtin', step: 'validate' },
  { name: 'validating policies', place: 'policy', step: 'validate' },
  { name: 'validating webhooks', place: 'webhook', step: 'validate' },
  { name: 'quota', place: 'quota', step: 'validate' },
];

/** The plugins that are asked about one kind, subresource and verb, phase after phase. */
interface Chain {
  readonly mutating: readonly AdmissionPlugin[];
  /** Admit after the mutating ones, and once: not again when those are reinvoked. */
  readonly allocating: readonly AdmissionPlugin[];
  readonly validating: readonly AdmissionPlugin[];
  /** Whether any of the validating ones reads the requested form. */
  readonly readsRequested: boolean;
}

/** The chains of a list of plugins, by kind, then by verb and subresource: a kind that goes takes its chains along. */
const chainsOf = oncePer((_plugins: readonly AdmissionPlugin[]) => oncePer((_kind: KindDefinition) => new Map<string, Chain>()));

function chainFor(plugins: readonly AdmissionPlugin[], kind: KindDefinition, subresource: string, verb: AdmissionVerb): Chain {
  const byVerb = chainsOf(plugins)(kind);
  const id = `${verb} ${subresource}`;
  let chain = byVerb.get(id);
  if (!chain) {
    const asked = plugins.filter((plugin) => plugin.handles?.(kind, subresource, verb) ?? true);
    const inPhases = (step: 'admit' | 'validate') =>
      PHASES.filter((phase) => phase.step === step).flatMap(({ place }) =>
        asked.filter((plugin) => plugin[step] !== undefined && (plugin.place ?? 'builtin') === place),
      );
    const validating = inPhases('validate');
    const admitting = inPhases('admit');
    const mutating = admitting.filter(({ place }) => place !== 'allocation');
    chain = {
      mutating,
      allocating: admitting.slice(mutating.length),
      validating,
      readsRequested: validating.some((plugin) => !plugin.validatesStored),
    };
    byVerb.set(id, chain);
  }
  return chain;
}

const NO_ADMISSION: Admission = { admit: (object) => object, validate: () => {}, settle: () => {} };

/** Runs a step of plugins one after the other, from one on. Returns a promise only if one of them has something to wait for. */
function run(plugins: readonly AdmissionPlugin[], step: 'admit' | 'validate', attributes: AdmissionAttributes, from = 0): MaybePromise<void> {
  for (let i = from; i < plugins.length; i++) {
    const pending = plugins[i]?.[step]?.(attributes);
    if (pending) return pending.then(() => run(plugins, step, attributes, i + 1));
  }
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
    attributes.begin(object, old, storedOld);
    const pending = run(chain.mutating, 'admit', attributes);
    if (!pending && !attributes.wantsReinvocation && chain.allocating.length === 0) return attributes.object ?? object;
    return chained(
      chained(pending, () => this.reinvoke()),
      () => chained(run(chain.allocating, 'admit', attributes), () => attributes.object ?? object),
    );
  }

  validate(stored: KubeObject | undefined): MaybePromise<void> {
    const { validating, readsRequested } = this.chain;
    if (validating.length === 0) return;
    const pending = this.attributes.prepared(stored, readsRequested);
    return pending ? pending.then(() => run(validating, 'validate', this.attributes)) : run(validating, 'validate', this.attributes);
  }

  settle(committed: boolean): void {
    this.attributes.settle(committed);
  }

  /** Runs the mutating plugins once more if one of them asked for it. */
  private reinvoke(): MaybePromise<void> {
    if (!this.attributes.wantsReinvocation) return;
    this.attributes.isReinvocation = true;
    return run(this.chain.mutating, 'admit', this.attributes);
  }
}

export function admissionOf(call: Call, write: AdmissionWrite): Admission {
  const { resource, core } = call;
  const chain = chainFor(core.admission, resource.kind, call.info.subresource, write.verb);
  if (chain.mutating.length + chain.allocating.length + chain.validating.length === 0) return NO_ADMISSION;
  return new PluginAdmission(chain, createAttributes(call, write));
}
