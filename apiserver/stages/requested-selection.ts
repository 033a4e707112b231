import { pathSegmentName } from '../../api/validation/name-rules.ts';
import type { AuthorizationAttributes, FieldRequirement } from '../contract/authorizer.ts';
import { parseFieldSelector } from '../request/selection.ts';

const COLLECTIVE: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection']);

/**
 * Returns the part of a request's field selector that decisions depend on, or undefined if there is none: the terms, and the one name that a
 * list or watch can bring, so that a right to that name suffices (k8s.io/apiserver/pkg/endpoints/request/requestinfo.go). A selector that does
 * not parse selects nothing here; the verb answers what is wrong with it, to those who may use it.
 */
export function requestedSelection(verb: string, query: URLSearchParams): Pick<AuthorizationAttributes, 'name' | 'fieldSelector'> | undefined {
  const text = COLLECTIVE.has(verb) ? query.get('fieldSelector') : null;
  if (!text) return undefined;
  const fieldSelector = parsed(text);
  return fieldSelector && { name: verb === 'deletecollection' ? '' : nameIn(fieldSelector), fieldSelector };
}

function parsed(text: string): readonly FieldRequirement[] | undefined {
  try {
    return parseFieldSelector(text);
  } catch {
    return undefined;
  }
}

function nameIn(terms: readonly FieldRequirement[]): string {
  const term = terms.find(({ field, equal }) => equal && field === 'metadata.name');
  return term && pathSegmentName(term.value, false).length === 0 ? term.value : '';
}
