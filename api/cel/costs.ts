import type { CostRange, SizeRange } from '../../base/cel/cost.ts';
import { LIST_COST, MAX, ONE, PATTERN_FACTOR, plus, range, STRING_FACTOR, STRUCT_COST, scaled, times, UNKNOWN, union } from '../../base/cel/cost.ts';
import type { Costs, EstimatedArgument, EstimatedCall } from '../../base/cel/functions.ts';
import { sameType } from '../../base/cel/types.ts';
import { AUTHORIZER_TYPE, DECISION_TYPE, GROUP_CHECK_TYPE, PATH_CHECK_TYPE, RESOURCE_CHECK_TYPE } from './library/authorizer.ts';
import { FORMAT_TYPE } from './library/format.ts';
import { CIDR_TYPE, IP_TYPE } from './library/ip.ts';
import { QUANTITY_TYPE } from './library/quantity.ts';
import { SEMVER_TYPE } from './library/semver.ts';
import { URL_TYPE } from './library/urls.ts';
import { ACCESSORS, CHECK_COST, callCost } from './runtime-costs.ts';

type Estimate = { readonly cost: CostRange; readonly size?: SizeRange };

/** The longest pattern of a named format, and the size of a format itself. */
const MAX_PATTERN = 128;
const MAX_FORMAT = 64;
/** The bytes of an address. */
const ADDRESS = range(4, 16);
const CONSTANT_EQUALITY: ReadonlySet<string> = new Set(
  [IP_TYPE, CIDR_TYPE, QUANTITY_TYPE, AUTHORIZER_TYPE, PATH_CHECK_TYPE, GROUP_CHECK_TYPE, RESOURCE_CHECK_TYPE, DECISION_TYPE, SEMVER_TYPE].map(
    ({ name }) => name,
  ),
);

const once = (size: SizeRange): CostRange => scaled(size, STRING_FACTOR);
const twice = (size: SizeRange): CostRange => scaled(size, 2 * STRING_FACTOR);
const matching = (text: SizeRange, pattern: SizeRange): CostRange => times(once(plus(text, ONE)), scaled(pattern, PATTERN_FACTOR));

/** Bounds the cost of a call of one of Kubernetes' functions. The figures are part of the API: they decide which rules a CRD may have. */
function estimate({ name, overload, args, isMember, sizeOf }: EstimatedCall): Estimate | undefined {
  const [first, second, third] = args;
  const sized = (argument: EstimatedArgument | undefined): SizeRange =>
    argument?.size ?? (argument && sizeOf(argument.path, argument.type)) ?? UNKNOWN;
  const elements = (list: EstimatedArgument | undefined): SizeRange | undefined => {
    const type = list?.type.params[0];
    return type && (sizeOf(list.path && [...list.path, '@items'], type) ?? UNKNOWN);
  };
  if (ACCESSORS.has(name)) return { cost: ONE };
  switch (name) {
    case 'check':
      return { cost: range(CHECK_COST) };
    case 'fieldSelector':
    case 'labelSelector': {
      const length = sized(second);
      const requirements = scaled(scaled(length, 0.5), LIST_COST + STRUCT_COST);
      return { cost: plus(plus(range(LIST_COST), once(length)), requirements) };
    }
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf': {
      if (!isMember) return undefined;
      const type = first?.type.params[0];
      if (!type) return { cost: once(sized(first)) };
      const isText = type.kind === 'string' || type.kind === 'bytes';
      return { cost: times(sized(first), isText ? plus(ONE, once(elements(first) ?? UNKNOWN)) : ONE) };
    }
    case 'url':
    case 'jsonpatch.escapeKey':
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return { cost: once(sized(first)), size: sized(first) };
    case 'replace':
      return { cost: twice(sized(first)), size: replacedSize(sized(first), sized(second), sized(third)) };
    case 'split': {
      const limit = typeof third?.literal === 'bigint' ? Number(third.literal) : sized(first).max;
      return { cost: twice(sized(first)), size: range(0, limit < 0 ? MAX : limit) };
    }
    case 'join': {
      const size = joinedSize(sized(first), elements(first), second && sized(second));
      return { cost: once(size), size };
    }
    case 'find':
    case 'findAll':
      return { cost: matching(sized(first), sized(second)), size: range(0, sized(first).max) };
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return { cost: once(sized(first)) };
    case 'ip':
      return { cost: overload === 'cidr_ip' ? ONE : once(sized(first)) };
    case 'ip.isCanonical':
      return { cost: twice(sized(first)) };
    case 'containsIP': {
      const compared = once(plus(ADDRESS, ADDRESS));
      return { cost: overload === 'cidr_contains_ip_string' ? plus(compared, once(sized(second))) : compared };
    }
    case 'containsCIDR': {
      const compared = plus(plus(once(plus(ADDRESS, ADDRESS)), once(ADDRESS)), ONE);
      return { cost: overload === 'cidr_contains_cidr_string' ? plus(compared, once(sized(second))) : compared };
    }
    case 'validate':
      return { cost: scaled(once(sized(second)), MAX_PATTERN * PATTERN_FACTOR) };
    case '_==_':
      return equality(first, second, sized);
    default:
      return undefined;
  }
}

function equality(
  a: EstimatedArgument | undefined,
  b: EstimatedArgument | undefined,
  sized: (argument: EstimatedArgument | undefined) => SizeRange,
): Estimate | undefined {
  if (!a || !b || !sameType(a.type, b.type)) return undefined;
  if (CONSTANT_EQUALITY.has(a.type.name)) return { cost: ONE };
  if (a.type.name === FORMAT_TYPE.name) return { cost: once(range(1, MAX_FORMAT)) };
  if (a.type.name !== URL_TYPE.name) return undefined;
  return { cost: once(range(1, b.size ? union(sized(a), sized(b)).max : 1)) };
}

/** Bounds the size of a string in which parts were replaced. */
function replacedSize(size: SizeRange, part: SizeRange, by: SizeRange): SizeRange {
  let [max, min] = [0, 0];
  if (part.min === 0) max = (size.max + 1) * by.max + size.max;
  else if (by.max <= part.min) max = size.max;
  else max = Math.ceil(size.max / part.min) * by.max;
  if (part.max === 0) min = (size.min + 1) * by.min + size.min;
  else if (part.max <= by.min) min = size.min;
  else min = Math.ceil(size.min / part.max) * by.min;
  return range(min, max);
}

/** Bounds the size of the string that a list of strings is joined to. */
function joinedSize(list: SizeRange, element: SizeRange | undefined, separator: SizeRange | undefined): SizeRange {
  const parts = element ? times(list, element) : range(0);
  if (!separator) return parts;
  return plus(parts, times(separator, range(Math.max(0, list.min - 1), Math.max(0, list.max - 1))));
}

/** The costs of Kubernetes' functions, and of those of cel-go's that Kubernetes counts itself. */
export const kubernetesCosts: Costs = { of: callCost, estimate };
