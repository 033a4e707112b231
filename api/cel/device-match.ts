import type { Value } from '../../base/cel/values.ts';
import { EntryMap, EvaluationError, MapValue, typeOf } from '../../base/cel/values.ts';
import { entriesOf } from '../../base/json.ts';
import { COST_LIMIT, compileDeviceSelector } from './device-selector.ts';
import { quantityValue } from './library/quantity.ts';
import { versionValue } from './library/semver.ts';

/** The parts of a device that selectors look at. */
export interface SelectableDevice {
  /** Is the domain of names without one. */
  readonly driver: string;
  readonly allowMultipleAllocations?: boolean | undefined;
  readonly attributes?: Readonly<Record<string, SelectableAttribute>> | undefined;
  readonly capacity?: Readonly<Record<string, { readonly value: string }>> | undefined;
}

export interface SelectableAttribute {
  readonly bool?: boolean | undefined;
  readonly int?: number | bigint | undefined;
  readonly string?: string | undefined;
  readonly version?: string | undefined;
}

/** Whether a device meets an expression. @throws Error with the reason, in upstream's words, if the evaluation fails */
export type DeviceMatcher = (device: SelectableDevice) => boolean;

const EMPTY = EntryMap.of([]);

/** Attributes or capacities by domain. A domain that the device does not have is empty. */
class Domains extends MapValue {
  readonly #domains: ReadonlyMap<string, Value>;
  constructor(domains: ReadonlyMap<string, Value>) {
    super();
    this.#domains = domains;
  }
  get size(): number {
    return this.#domains.size;
  }
  find(key: Value): Value {
    return (typeof key === 'string' ? this.#domains.get(key) : undefined) ?? EMPTY;
  }
  override contains(key: Value): boolean {
    return typeof key === 'string' && this.#domains.has(key);
  }
  keys(): readonly Value[] {
    return [...this.#domains.keys()];
  }
}

function domainsOf<T>(values: Readonly<Record<string, T>> | undefined, driver: string, convert: (value: T, name: string) => Value): Domains {
  const byDomain = new Map<string, [Value, Value][]>();
  for (const [name, value] of entriesOf(values ?? {})) {
    const slash = name.indexOf('/');
    const domain = slash < 0 ? driver : name.slice(0, slash);
    const entries = byDomain.get(domain);
    const entry: [Value, Value] = [name.slice(slash + 1), convert(value, name)];
    if (entries) entries.push(entry);
    else byDomain.set(domain, [entry]);
  }
  return new Domains(new Map([...byDomain].map(([domain, entries]) => [domain, EntryMap.of(entries)])));
}

/** Lists of values are not supported, as upstream with the feature gate DRAListTypeAttributes off. */
function attributeValue({ bool, int, string, version }: SelectableAttribute, name: string): Value {
  if (int !== undefined) return BigInt(int);
  if (bool !== undefined) return bool;
  if (string !== undefined) return string;
  if (version === undefined) throw new Error(`attribute ${name}: unsupported attribute value`);
  try {
    return versionValue(version);
  } catch (error) {
    if (error instanceof EvaluationError) throw new Error(`attribute ${name}: parse semantic version: ${error.message}`);
    throw error;
  }
}

/** Returns the value of the variable `device`. */
function deviceValue({ driver, allowMultipleAllocations = false, attributes, capacity }: SelectableDevice): Value {
  return EntryMap.of([
    ['driver', driver],
    ['allowMultipleAllocations', allowMultipleAllocations],
    ['attributes', domainsOf(attributes, driver, attributeValue)],
    ['capacity', domainsOf(capacity, driver, ({ value }) => quantityValue(value))],
  ]);
}

/** Compiles a selector for use (k8s.io/dynamic-resource-allocation/cel). @throws Error with the reason if it does not compile */
export function deviceMatcher(expression: string): DeviceMatcher {
  const { program, fault } = compileDeviceSelector(expression);
  if (!program) throw new Error(fault);
  return (device) => {
    const { value, error } = program.evaluate({ device: deviceValue(device) }, COST_LIMIT);
    if (error) throw new Error(error.message);
    if (typeof value === 'boolean') return value;
    const type = typeOf(value).name;
    throw new Error(`CEL result of type ${type} could not be converted to bool: unsupported native conversion from ${type} to 'bool'`);
  };
}
