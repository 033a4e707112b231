import type { Steps } from '../../base/steps.ts';
import { finished } from '../../base/steps.ts';
import type { KubeObject } from '../meta/object.ts';
import { StatusError } from '../meta/status-error.ts';
import type { DecodeState } from '../schema/decode.ts';
import { decoderOf } from '../schema/decode.ts';
import { report } from '../schema/decode-report.ts';
import { decodeSteps } from '../schema/decode-steps.ts';
import { defaulterOf, defaultSteps } from '../schema/defaults.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import { structuralOf } from '../schema/structural.ts';
import type { CustomResult } from './custom-decode.ts';
import { customReader } from './custom-decode.ts';
import type { KindDefinition } from './kind.ts';

export interface DecodeOptions {
  /** Report fields that the schema does not know. Otherwise they are dropped silently. */
  readonly strict?: boolean;
}

export type DecodeResult<T> =
  | Decoded<T>
  | { readonly ok: false /** In the words of encoding/json: `json: cannot unmarshal …` */; readonly message: string };

export interface Decoded<T> {
  readonly ok: true;
  /** A new object, owned by the caller, that shares nothing with the decoded value. */
  readonly object: T;
  /** Paths such as `spec.containers[0].bogus`: of a built-in kind the first ones. Empty unless `strict` is set. */
  readonly unknownFields: readonly string[];
}

/** Decodes and defaults the objects of a kind by its schema. */
export interface Codec<T extends KubeObject = KubeObject> {
  readonly structural: StructuralSchema;
  /** Reads a parsed JSON value, which is not changed, with the semantics of kube-apiserver: see decode.ts. Unknown fields are dropped. */
  decode(value: unknown, options?: DecodeOptions): DecodeResult<T>;
  /** Decodes a long value with pauses; the result is the same. */
  decodeSteps(value: unknown, options?: DecodeOptions): Steps<DecodeResult<T>>;
  /** Fills in the schema's constant defaults, in place. */
  applyDefaults(object: T): void;
  /** Fills them in a long object, with pauses. */
  applyDefaultsSteps(object: T): Steps<void>;
}

const codecs = new WeakMap<KindDefinition, Codec>();

/** Returns the codec of a kind, made on first use and kept as long as the definition. */
export function codecOf<T extends KubeObject>(kind: KindDefinition<T>): Codec<T>;
export function codecOf(kind: KindDefinition): Codec {
  const known = codecs.get(kind);
  if (known) return known;
  const codec = kind.structural ? customCodec(kind.structural) : builtInCodec(structuralOf(kind.schema));
  codecs.set(kind, codec);
  return codec;
}

const TOO_DEEP = 'exceeded max depth';
const none: readonly string[] = [];

/** Returns the codec of a structure that is not a kind: DeleteOptions, Scale, Status. */
export function builtInCodec<T extends KubeObject>(structural: StructuralSchema): Codec<T> {
  const decoder = decoderOf(structural);
  function* outcome(value: unknown, object: unknown, state: DecodeState, strict: boolean): Steps<DecodeResult<T>> {
    if (state.failed || object === undefined) {
      const { problem } = yield* report(value, structural, false);
      return { ok: false, message: problem ?? 'json: cannot unmarshal null' };
    }
    const unknownFields = strict && state.unknown ? (yield* report(value, structural, true)).unknownFields : none;
    return { ok: true, object: object as T, unknownFields };
  }
  return {
    structural,
    applyDefaults: defaulterOf(structural),
    applyDefaultsSteps: (object) => defaultSteps(object, structural),
    decode(value, { strict = false } = {}) {
      try {
        const state = { failed: false, unknown: false };
        const object = decoder(value, state);
        if (state.failed || object === undefined || state.unknown) return finished(outcome(value, object, state, strict));
        return { ok: true, object: object as T, unknownFields: none };
      } catch (error) {
        return tooDeep(error);
      }
    },
    *decodeSteps(value, { strict = false } = {}) {
      try {
        const state = { failed: false, unknown: false };
        const object = yield* decodeSteps(value, structural, state);
        return yield* outcome(value, object, state, strict);
      } catch (error) {
        return tooDeep(error);
      }
    },
  };
}

/** The outcome for a value that is nested deeper than the stack bears. @throws whatever else it is given. */
function tooDeep(error: unknown): DecodeResult<never> {
  if (error instanceof RangeError) return { ok: false, message: TOO_DEEP };
  throw error;
}

function customCodec(structural: StructuralSchema): Codec {
  const reader = customReader(structural);
  const outcome = (result: CustomResult, strict: boolean): DecodeResult<KubeObject> =>
    result.ok ? { ok: true, object: result.object, unknownFields: strict ? result.unknownFields : none } : result;
  return {
    structural,
    applyDefaults: defaulterOf(structural),
    applyDefaultsSteps: (object) => defaultSteps(object, structural),
    decode(value, { strict = false } = {}) {
      try {
        return outcome(reader.decode(value), strict);
      } catch (error) {
        return tooDeep(error);
      }
    },
    *decodeSteps(value, { strict = false } = {}) {
      try {
        return outcome(yield* reader.decodeSteps(value), strict);
      } catch (error) {
        return tooDeep(error);
      }
    },
  };
}

/** Returns the faults of strict field validation, as texts of errors and of `Warning:` headers. Duplicate keys are visible in the JSON text only. */
export const strictProblems = (unknownFields: readonly string[], duplicateFields: readonly string[] = []): string[] => [
  ...duplicateFields.map((path) => `duplicate field ${JSON.stringify(path)}`),
  ...unknownFields.map((path) => `unknown field ${JSON.stringify(path)}`),
];

/** Returns the 400 for a body that is not an object of the kind. `message` comes from `decode` or `strictDecodingMessage`. */
export const cannotBeHandled = (kind: { readonly kind: string; readonly version: string }, message: string): StatusError =>
  new StatusError('BadRequest', `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: ${message}`);

export const strictDecodingMessage = (problems: readonly string[]): string => `strict decoding error: ${problems.join(', ')}`;
