import { LIST_COST, PATTERN_FACTOR, STRING_FACTOR, STRUCT_COST } from '../../base/cel/cost.ts';
import { itemsOf, sizeOf } from '../../base/cel/operations.ts';
import type { Value } from '../../base/cel/values.ts';
import { Bytes, ListValue, MapValue, OpaqueValue } from '../../base/cel/values.ts';
import { FormatValue } from './library/format.ts';

/** Two checks by an authorizer use up the budget of an expression. */
export const CHECK_COST = 350_000;
/** Calls that cost 1 whatever they are given: reading a part of a value that was parsed before. */
export const ACCESSORS: ReadonlySet<string> = new Set([
  ...['serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name', 'allowed', 'reason', 'error', 'errored'],
  ...['masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast'],
  ...['format.named', 'sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan', 'compareTo', 'add', 'sub'],
  ...['major', 'minor', 'patch', 'getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery'],
]);
/** Calls that go through their first argument once. */
const ONE_TRAVERSAL: ReadonlySet<string> = new Set([
  ...['url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey', 'cidr', 'isIP', 'isCIDR'],
  ...['quantity', 'isQuantity', 'semver', 'isSemver'],
]);
const TWO_TRAVERSALS: ReadonlySet<string> = new Set(['replace', 'split', 'ip.isCanonical']);
const LIST_TRAVERSALS: ReadonlySet<string> = new Set(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf']);

/** Returns what it costs to go through a value with all that it holds. */
function traversal(value: Value): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * STRING_FACTOR);
  if (value instanceof Bytes) return Math.floor(value.bytes.length * STRING_FACTOR);
  if (value instanceof ListValue) return itemsOf(value).reduce((sum: number, item) => sum + traversal(item), 0);
  if (value instanceof MapValue) return value.keys().reduce((sum: number, key) => sum + traversal(key) + traversal(value.find(key) ?? null), 0);
  return 1;
}

const selectorCost = (length: number): number =>
  LIST_COST + Math.ceil(length * STRING_FACTOR) + Math.ceil(Math.ceil(length * 0.5) * (LIST_COST + STRUCT_COST));

const matching = (text: number, pattern: number): number => Math.ceil((1 + text) * STRING_FACTOR) * Math.ceil(pattern * PATTERN_FACTOR);

/** Returns the cost of a call of one of Kubernetes' functions that was made. */
export function callCost(name: string, overload: string, args: readonly Value[], result: Value): number | undefined {
  const [first = null, second = null] = args;
  const traversed = (value: Value, times = 1): number => Math.ceil(sizeOf(value) * times * STRING_FACTOR);
  if (ACCESSORS.has(name)) return 1;
  if (ONE_TRAVERSAL.has(name)) return traversed(first);
  if (TWO_TRAVERSALS.has(name)) return traversed(first, 2);
  if (LIST_TRAVERSALS.has(name)) return traversal(first);
  switch (name) {
    case 'check':
      return CHECK_COST;
    case 'fieldSelector':
    case 'labelSelector':
      return selectorCost(sizeOf(second));
    case 'join':
      return traversed(result, 2);
    case 'find':
    case 'findAll':
      return matching(sizeOf(first), sizeOf(second));
    case 'ip':
      return overload === 'cidr_ip' ? 1 : traversed(first);
    case 'containsIP':
      return traversed(first, 2) + (overload === 'cidr_contains_ip_string' ? traversed(second) : 0);
    case 'containsCIDR':
      return traversed(first, 2) + traversed(first) + 1 + (overload === 'cidr_contains_cidr_string' ? traversed(second) : 0);
    case 'validate':
      return first instanceof FormatValue ? matching(sizeOf(second), first.patternSize) : undefined;
    case '_==_':
      return first instanceof OpaqueValue ? 1 : undefined;
    default:
      return undefined;
  }
}
