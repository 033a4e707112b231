import type { CelType } from './types.ts';
import { DYN, isDyn, listType, mapType, opaqueType, sameType, typeType } from './types.ts';

/** The types that type variables stand for so far, by the variable's name. */
export type Substitutions = ReadonlyMap<string, CelType>;
type Draft = Map<string, CelType>;

const isWild = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'error';
const COMPOSED: ReadonlySet<string> = new Set(['opaque', 'list', 'map']);
const NULLABLE: ReadonlySet<string> = new Set(['opaque', 'object', 'duration', 'timestamp', 'null']);

/** Returns the substitutions under which values of every type in `from` fit the type at the same place in `to`; undefined if they do not. */
export function assignable(known: Substitutions, from: readonly CelType[], to: readonly CelType[]): Substitutions | undefined {
  const draft = new Map(known);
  return listFits(draft, from, to) ? draft : undefined;
}

function listFits(subs: Draft, from: readonly CelType[], to: readonly CelType[]): boolean {
  if (from.length !== to.length) return false;
  for (let i = 0; i < from.length; i++) {
    const [a, b] = [from[i], to[i]];
    if (!a || !b || !fits(subs, a, b)) return false;
  }
  return true;
}

function fits(subs: Draft, a: CelType, b: CelType): boolean {
  if (b.kind === 'param') {
    const { valid, bound } = standsFor(subs, a, b);
    if (valid) return true;
    if (bound) return false;
  }
  if (a.kind === 'param') return standsFor(subs, b, a).valid;
  if (isWild(a) || isWild(b)) return true;
  if (a.kind === 'null') return NULLABLE.has(b.kind);
  if (b.kind === 'null') return NULLABLE.has(a.kind);
  if (a.kind === 'type') return b.kind === 'type';
  if (COMPOSED.has(a.kind)) return a.kind === b.kind && a.name === b.name && listFits(subs, a.params, b.params);
  return sameType(a, b);
}

/** Whether the variable may stand for the type, and whether it stood for something before. Binds it if it may. */
function standsFor(subs: Draft, type: CelType, variable: CelType): { valid: boolean; bound: boolean } {
  if (type.kind === 'param' && sameType(type, variable)) return { valid: true, bound: true };
  const bound = subs.get(variable.text);
  if (bound) {
    if (sameType(type, bound)) return { valid: true, bound: true };
    if (!fits(subs, type, bound)) return { valid: false, bound: true };
    const general = mostGeneral(type, bound);
    if (!occursIn(subs, variable, general)) subs.set(variable.text, general);
    return { valid: true, bound: true };
  }
  if (occursIn(subs, variable, type)) return { valid: false, bound: false };
  subs.set(variable.text, type);
  return { valid: true, bound: false };
}

function occursIn(subs: Substitutions, variable: CelType, type: CelType): boolean {
  if (sameType(variable, type)) return true;
  if (type.kind === 'param') {
    const bound = subs.get(type.text);
    return bound !== undefined && occursIn(subs, variable, bound);
  }
  return type.params.some((p) => occursIn(subs, variable, p));
}

/** Returns the less specific of two types that fit each other. */
export const mostGeneral = (a: CelType, b: CelType): CelType => (lessSpecific(a, b) ? a : b);

function lessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'param') return true;
  if (isDyn(b) || b.kind === 'param' || a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (!COMPOSED.has(a.kind)) return sameType(a, b);
  return a.name === b.name && a.params.length === b.params.length && a.params.every((p, i) => lessSpecific(p, b.params[i] ?? DYN));
}

/** Replaces bound type variables; unbound ones become `dyn` if `close` is set. */
export function substitute(subs: Substitutions, type: CelType, close = false): CelType {
  if (type.kind === 'param') {
    const bound = subs.get(type.text);
    if (bound) return substitute(subs, bound, close);
    return close ? DYN : type;
  }
  if (type.params.length === 0) return type;
  const params = type.params.map((p) => substitute(subs, p, close));
  if (params.every((p, i) => p === type.params[i])) return type;
  const [first = DYN, second = DYN] = params;
  switch (type.kind) {
    case 'list':
      return listType(first);
    case 'map':
      return mapType(first, second);
    case 'type':
      return typeType(first);
    default:
      return opaqueType(type.name, ...params);
  }
}
