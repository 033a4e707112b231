import type { KubeObject } from '../../../../api/meta/object.ts';
import { copy } from '../../../../api/schema/decode.ts';
import { semanticEqual } from '../../../../base/equality.ts';
import type { AdmissionAttributes } from '../../../contract/admission.ts';

/** The course of the mutating policies of one write, over both passes. Invocations are told apart by policy, binding and parameter. */
export interface Reinvocation {
  /** Starts a pass over the object: in the second one, changes by others call for the policies that were invoked in the first. */
  begin(object: KubeObject | undefined): void;
  /** Whether an invocation is due: all are in the first pass. */
  isDue(key: string): boolean;
  /** Notes that an invocation has changed the object. */
  changed(): void;
  /** Notes an invocation that may be repeated. */
  invoked(key: string): void;
  end(object: KubeObject | undefined): void;
}

function reinvocation(): Reinvocation {
  let isSecond = false;
  let lastOutput: unknown;
  const due = new Set<string>();
  const repeatable = new Set<string>();
  const call = () => {
    for (const key of repeatable) due.add(key);
    repeatable.clear();
  };
  return {
    begin(object) {
      isSecond = lastOutput !== undefined;
      if (isSecond && !semanticEqual(lastOutput, object)) call();
    },
    isDue: (key) => !isSecond || due.has(key),
    changed: call,
    invoked: (key) => void repeatable.add(key),
    end(object) {
      lastOutput = object === undefined ? null : copy(object);
    },
  };
}

/** Keeps the course of each write between its passes. */
export function reinvocations(): (attributes: AdmissionAttributes) => Reinvocation {
  const known = new WeakMap<AdmissionAttributes, Reinvocation>();
  return (attributes) => {
    const course = (attributes.isReinvocation ? known.get(attributes) : undefined) ?? reinvocation();
    known.set(attributes, course);
    return course;
  };
}
