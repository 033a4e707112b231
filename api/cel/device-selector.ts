import type { Environment, Program } from '../../base/cel/program.ts';
import type { CelType } from '../../base/cel/types.ts';
import { BOOL, DYN, STRING } from '../../base/cel/types.ts';
import type { Declaration } from './declarations.ts';
import { sizesIn, typeOfDeclaration } from './declarations.ts';
import { selectionEnvironment } from './environment.ts';
import { QUANTITY_TYPE } from './library/quantity.ts';

/** The most attributes and capacities of a device, and the longest parts of their names and values. */
const MAX_ENTRIES = 32;
const MAX_DOMAIN = 63;
const MAX_ID = 32;
const MAX_DRIVER = 63;
const MAX_VALUE = 64;
/** The most that an evaluation may cost. */
export const COST_LIMIT = 1_000_000;

const scalar = (type: CelType, maxElements: number): Declaration => ({ kind: 'scalar', scalar: type, maxElements, minSize: 1 });
const map = (key: Declaration, element: Declaration): Declaration => ({
  kind: 'map',
  scalar: DYN,
  maxElements: MAX_ENTRIES,
  minSize: 2,
  key,
  element,
});
const byName = (element: Declaration): Declaration => map(scalar(STRING, MAX_DOMAIN), map(scalar(STRING, MAX_ID), element));

/** An attribute is a number, a truth value, a text or a version. */
const ATTRIBUTE: CelType = { ...DYN, name: 'google.protobuf.Any', text: 'any' };

const DEVICE: Declaration = {
  kind: 'object',
  scalar: DYN,
  maxElements: 0,
  minSize: 2,
  fields: new Map([
    ['driver', scalar(STRING, MAX_DRIVER)],
    ['allowMultipleAllocations', scalar(BOOL, 1)],
    ['attributes', byName(scalar(ATTRIBUTE, MAX_VALUE))],
    ['capacity', byName(scalar(QUANTITY_TYPE, 0))],
  ]),
};

let environment: Environment | undefined;

export type DeviceSelectorResult =
  | { readonly program: Program; readonly fault?: undefined; readonly isTooComplex: boolean }
  | { readonly program?: undefined; readonly fault: string };

/** Compiles the CEL expression of a device selector (k8s.io/dynamic-resource-allocation/cel, CompileCELExpression). */
export function compileDeviceSelector(expression: string): DeviceSelectorResult {
  environment ??= selectionEnvironment().extend({ variables: { device: typeOfDeclaration(DEVICE, 'kubernetes.DRADevice') } });
  const { program, message } = environment.compile(expression);
  if (!program) return { fault: `compilation failed: ${message}` };
  const { type } = program;
  if (type.kind !== 'bool' && type.text !== ATTRIBUTE.text) return { fault: `must evaluate to bool or the unknown type, not ${type.text}` };
  return { program, isTooComplex: program.estimate(sizesIn(DEVICE, true)).max > COST_LIMIT };
}
