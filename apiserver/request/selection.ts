import type { KindDefinition } from '../../api/definition/kind.ts';
import type { Live } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Requirement, Selector } from '../../api/selector/selector.ts';
import { parseSelector } from '../../api/selector/selector.ts';
import { own } from '../../base/json.ts';
import type { CacheItem, LabelTerm } from '../contract/cache.ts';
import type { Resource } from '../contract/resource.ts';

/** The objects that a list or watch asks for. */
export interface Selection {
  /** Undefined if everything matches. */
  readonly matches: ((item: CacheItem) => boolean) | undefined;
  /** The one name that can match, if the field selector gives it. */
  readonly name: string | undefined;
  /** Equalities of the field selector. */
  readonly fields: readonly { readonly field: string; readonly value: string }[];
  /** Equalities of the label selector. */
  readonly labels: readonly LabelTerm[];
}

interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly equal: boolean;
}

const EVERYTHING: Selection = { matches: undefined, name: undefined, fields: [], labels: [] };

/**
 * Reads labelSelector and fieldSelector.
 * @throws StatusError 400 for text that does not parse, and for fields that the kind cannot be selected by.
 */
export function selectionOf(resource: Resource, labelSelector: string, fieldSelector: string): Selection {
  if (labelSelector === '' && fieldSelector === '') return EVERYTHING;
  const tests: ((object: Live) => boolean)[] = [];
  const selector = labelSelector === '' ? undefined : labelSelectorOf(labelSelector);
  if (selector) tests.push((object) => selector.matches(object.metadata.labels));
  const terms = fieldSelector === '' ? [] : parseFieldSelector(fieldSelector);
  for (const { field, value, equal } of terms) {
    const read = fieldOf(resource.kind, field);
    tests.push((object) => (read(object) === value) === equal);
  }
  const [only, second] = tests;
  const equalities = terms.filter((term) => term.equal);
  const test = second === undefined ? only : (object: Live) => tests.every((each) => each(object));
  return {
    matches: test && (resource.isStoredForm ? (item) => test(item.object) : (item) => test(resource.conversion.made(item).object as Live)),
    name: equalities.find((term) => term.field === 'metadata.name')?.value,
    fields: equalities,
    labels: selector?.requirements.flatMap(equalityOf) ?? [],
  };
}

function labelSelectorOf(text: string): Selector {
  try {
    return parseSelector(text);
  } catch (error) {
    throw errors.badRequest(error instanceof Error ? error.message : String(error));
  }
}

function equalityOf({ key, operator, values }: Requirement): LabelTerm[] {
  const [value, second] = values;
  const one = (operator === '=' || operator === '==' || operator === 'in') && value !== undefined && second === undefined;
  return one ? [{ key, value }] : [];
}

function fieldOf(kind: KindDefinition, field: string): (object: Live) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name;
  const { selectableFields, unselectable } = kind.strategy;
  // Cluster-scoped kinds with fields of their own do not have this one.
  if (field === 'metadata.namespace' && (kind.namespaced || !selectableFields)) return (object) => object.metadata.namespace ?? '';
  const read = own(selectableFields, field);
  if (read) return read;
  // Kinds with fields of their own, and custom resources, answer shortly; the others name the known fields.
  if (selectableFields) throw errors.badRequest(unselectable?.(field) ?? `field label not supported: ${field}`);
  throw errors.badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

/** `a=b,c!=d`, with `\` escaping commas, equals signs and itself (k8s.io/apimachinery/pkg/fields). */
export function parseFieldSelector(text: string): FieldTerm[] {
  const terms: FieldTerm[] = [];
  for (const part of splitTerms(text)) {
    if (part === '') continue;
    const match = /^([^!=]*)(!=|==|=)(.*)$/s.exec(part);
    if (!match) throw errors.badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, field = '', operator, escaped = ''] = match;
    const value = unescaped(escaped);
    // An empty field with an empty value selects everything.
    if (field !== '' || value !== '') terms.push({ field, equal: operator !== '!=', value });
  }
  return terms;
}

function splitTerms(text: string): string[] {
  const parts: string[] = [];
  let current = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\\') current += char + text.charAt(++i);
    else if (char === ',') {
      parts.push(current);
      current = '';
    } else current += char;
  }
  parts.push(current);
  return parts;
}

/** Go prints the rune as its number. */
const EQUALS_SIGN = 61;

function unescaped(value: string): string {
  if (!/[\\,=]/.test(value)) return value;
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const char = value.charAt(i);
    if (char === '\\') {
      const next = value.charAt(++i);
      if (next !== '\\' && next !== ',' && next !== '=') throw errors.badRequest(`invalid field selector: invalid escape sequence: \\${next}`);
      out += next;
    } else if (char === '=') throw errors.badRequest(`invalid field selector: unescaped character in value: ${EQUALS_SIGN}`);
    else out += char;
  }
  return out;
}
