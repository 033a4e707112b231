import type { CelType } from '../../../../base/cel/types.ts';
import { DYN, objectType, STRING } from '../../../../base/cel/types.ts';
import type { Value } from '../../../../base/cel/values.ts';
import { EvaluationError, ListValue, MapValue, typeOf } from '../../../../base/cel/values.ts';

const OBJECT = 'Object';
const PATCH = 'JSONPatch';
const PATCH_FIELDS: Readonly<Record<string, CelType>> = { op: STRING, path: STRING, from: STRING, value: DYN };

/** A structure that an expression made: `Object{…}`, `Object.spec{…}`, `JSONPatch{…}`. */
export class ConstructedObject extends MapValue {
  override readonly type: CelType;
  readonly fields: ReadonlyMap<string, Value>;

  constructor(type: CelType, fields: ReadonlyMap<string, Value>) {
    super();
    this.type = type;
    this.fields = fields;
  }

  get size(): number {
    return this.fields.size;
  }

  find(key: Value): Value | undefined {
    return typeof key === 'string' ? this.fields.get(key) : undefined;
  }

  keys(): readonly Value[] {
    return [...this.fields.keys()];
  }
}

function constructible(name: string, field: (name: string) => CelType | undefined): CelType {
  const type: CelType = objectType(name, field, (fields: ReadonlyMap<string, Value>) => new ConstructedObject(type, fields));
  return type;
}

const PATCH_TYPE = constructible(PATCH, (name) => (Object.hasOwn(PATCH_FIELDS, name) ? PATCH_FIELDS[name] : undefined));
const types = new Map<string, CelType>();

/**
 * Returns the types that mutations may construct: JSONPatch, Object, and an Object for the path of each field, whose fields may have any name
 * and value (k8s.io/apiserver/pkg/cel/mutation).
 */
export function mutationType(name: string): CelType | undefined {
  if (name === PATCH) return PATCH_TYPE;
  if (name !== OBJECT && !name.startsWith(`${OBJECT}.`)) return undefined;
  const known = types.get(name);
  if (known) return known;
  const type = constructible(name, () => DYN);
  if (types.size >= MOST_TYPES) types.clear();
  types.set(name, type);
  return type;
}

const MOST_TYPES = 10_000;

/**
 * Checks that each structure stands at the path that its type names: `Object{spec: Object.spec{…}}`; lists and maps on the way have no names.
 * @throws EvaluationError that lists all structures of another type.
 */
export function checkPaths(value: Value): void {
  const faults: string[] = [];
  collectPathFaults(value, typeOf(value).name, faults);
  if (faults.length > 0) throw new EvaluationError(`type mismatch: ${faults.join('\n')}`);
}

function collectPathFaults(value: Value, path: string, faults: string[]): void {
  if (value instanceof ConstructedObject) {
    const { name } = value.type;
    if (name !== path) {
      faults.push(
        `unexpected type name ${JSON.stringify(name)}, expected ${JSON.stringify(path)}, which matches field name path from root Object type`,
      );
    }
    for (const [field, child] of value.fields) collectPathFaults(child, `${path}.${field}`, faults);
  } else if (value instanceof MapValue) {
    for (const key of value.keys()) collectPathFaults(value.find(key) ?? null, path, faults);
  } else if (value instanceof ListValue) {
    for (let i = 0; i < value.size; i++) collectPathFaults(value.at(i), path, faults);
  }
}
