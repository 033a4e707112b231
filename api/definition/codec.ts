import type { KubeObject } from '../meta/object.ts';
import { StatusError } from '../meta/status-error.ts';
import { decoderOf } from '../schema/decode.ts';
import { report } from '../schema/decode-report.ts';
import { defaulterOf } from '../schema/defaults.ts';
import type { StructuralSchema } from '../schema/structural.ts';
import { structuralOf } from '../schema/structural.ts';
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
  /** Paths such as `spec.containers[0].bogus`. Empty unless `strict` is set. */
  readonly unknownFields: readonly string[];
}

/** Decodes and defaults the objects of a kind by its schema. */
export interface Codec<T extends KubeObject = KubeObject> {
  readonly structural: StructuralSchema;
  /** Reads a parsed JSON value, which is not changed, with the semantics of kube-apiserver: see decode.ts. Unknown fields are dropped. */
  decode(value: unknown, options?: DecodeOptions): DecodeResult<T>;
  /** Fills in the schema's constant defaults, in place. */
  applyDefaults(object: T): void;
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
  const defaulter = defaulterOf(structural);
  return {
    structural,
    applyDefaults: defaulter,
    decode(value, { strict = false } = {}) {
      try {
        const state = { failed: false, unknown: false };
        const object = decoder(value, state);
        if (state.failed || object === undefined) {
          return { ok: false, message: report(value, structural).problem ?? 'json: cannot unmarshal null' };
        }
        return {
          ok: true,
          object: object as T,
          unknownFields: strict && state.unknown ? report(value, structural).unknownFields : none,
        };
      } catch (error) {
        if (error instanceof RangeError) return { ok: false, message: TOO_DEEP };
        throw error;
      }
    },
  };
}

function customCodec(structural: StructuralSchema): Codec {
  const { decode } = customReader(structural);
  return {
    structural,
    applyDefaults: defaulterOf(structural),
    decode(value, { strict = false } = {}) {
      try {
        const result = decode(value);
        if (!result.ok) return result;
        return {
          ok: true,
          object: result.object,
          unknownFields: strict ? result.unknownFields : none,
        };
      } catch (error) {
        if (error instanceof RangeError) return { ok: false, message: TOO_DEEP };
        throw error;
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
