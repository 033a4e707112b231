import { codecOf, strictDecodingMessage, strictProblems } from '../../../../api/definition/codec.ts';
import type { KindDefinition } from '../../../../api/definition/kind.ts';
import { apiVersionOf } from '../../../../api/definition/kind.ts';
import type { KubeObject } from '../../../../api/meta/object.ts';
import { errors } from '../../../../api/meta/status-error.ts';
import type { StructuralSchema } from '../../../../api/schema/structural.ts';
import { EvaluationError } from '../../../../base/cel/values.ts';
import { isObject } from '../../../../base/json.ts';
import { finished } from '../../../../base/steps.ts';
import { fieldSchemaOf, itemSchemaOf, shapeOf } from '../../../apply/field-shape.ts';
import { listFault, mergeConfiguration } from '../../../apply/merge-configuration.ts';
import { ownedSchemaOf } from '../../../apply/owned-schema.ts';
import { applyJsonPatch, JsonPatchRefusal } from '../../../patch/json-patch.ts';

/** Decodes and defaults an object that a policy made. Unknown fields are dropped, or refused if `strict` is set. @throws StatusError 500 */
function decoded(value: unknown, kind: KindDefinition, strict: boolean): KubeObject {
  const codec = codecOf(kind);
  const result = codec.decode(value, { strict });
  if (!result.ok) throw errors.internal(result.message);
  const problems = strictProblems(result.unknownFields);
  if (problems.length > 0) throw errors.internal(strictDecodingMessage(problems));
  codec.applyDefaults(result.object);
  kind.strategy.default?.(result.object);
  return result.object;
}

/** Applies a JSON patch; a test that fails leaves the object as it is. @throws EvaluationError if the patch does not apply, StatusError 500 */
export function applyPatch(object: KubeObject, patch: unknown, kind: KindDefinition): KubeObject {
  try {
    return decoded(applyJsonPatch(object, patch), kind, true);
  } catch (error) {
    if (!(error instanceof JsonPatchRefusal)) throw error;
    if (error.isFailedTest) return object;
    throw new EvaluationError(`JSON Patch: ${error.why}`);
  }
}

/** Lists the lists, maps and structures of a configuration that are replaced as a whole: a policy would drop what others have set there. */
function atomics(value: unknown, schema: StructuralSchema, path = ''): string[] {
  if (Array.isArray(value)) {
    const own = shapeOf(value, schema) === 'whole' ? [path] : [];
    return [...own, ...value.flatMap((item, i) => atomics(item, itemSchemaOf(schema), `${path}[${i}]`))];
  }
  if (!isObject(value)) return [];
  const own = schema['x-kubernetes-map-type'] === 'atomic' ? [path] : [];
  return [...own, ...Object.entries(value).flatMap(([name, child]) => atomics(child, fieldSchemaOf(schema, name), `${path}.${name}`))];
}

/** Merges an applied configuration into an object as server-side apply does, but for owners. @throws EvaluationError if it cannot be applied */
export function applyConfiguration(object: KubeObject, configuration: Readonly<Record<string, unknown>>, kind: KindDefinition): KubeObject {
  const typed = { ...configuration, apiVersion: apiVersionOf(kind), kind: kind.kind };
  const failed = (why: string) => new EvaluationError(`error applying patch: ${why}`);
  const unfit = (why: string) => failed(`failed to convert patch object to typed object: ${why}`);
  const fit = codecOf(kind).decode(typed, { strict: true });
  if (!fit.ok) throw unfit(fit.message);
  const [unknown] = fit.unknownFields;
  if (unknown !== undefined) throw unfit(`.${unknown}: field not declared in schema`);
  const schema = ownedSchemaOf(kind);
  const fault = finished(listFault(typed, schema));
  if (fault) throw unfit(`${fault.path}: ${fault.why}`);
  const whole = atomics(typed, schema);
  if (whole.length > 0) throw failed(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${whole.join(', ')}`);
  return decoded(mergeConfiguration(object, typed, schema), kind, false);
}
