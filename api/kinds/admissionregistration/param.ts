import { LabelSelector, labelSelectorText } from '../../meta/label-selector.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicStruct, ref, string } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { dns1035LabelFaults, dns1123SubdomainFaults, pathSegmentName } from '../../validation/name-rules.ts';

export const ParamKind = atomicStruct('ParamKind', 'The kind of the objects that parametrise a policy.', {
  apiVersion: string('Group and version of the kind, as group/version.').tag(1).optional(),
  kind: string('The kind.').tag(2).optional(),
});
export type ParamKind = Infer<typeof ParamKind>;

export const ParamRef = atomicStruct('ParamRef', 'The objects that parametrise a policy: one by name, or all that a selector selects.', {
  name: string('Name of the object; this or selector.').tag(1).optional(),
  namespace: string('Namespace of the objects; that of the request, if left out. Must be empty if the kind has no namespaces.').tag(2).optional(),
  parameterNotFoundAction: string('What happens if there is no such object: Allow or Deny.', {
    presence: 'pointer',
    goType: 'ParameterNotFoundActionType',
  })
    .tag(4)
    .optional(),
  selector: ref(LabelSelector, 'Selects objects by their labels, each of which is a parameter; this or name.').tag(3).optional(),
});
export type ParamRef = Infer<typeof ParamRef>;

const NOT_FOUND_ACTIONS = ['Deny', 'Allow'];
const EXCLUSIVE = 'name and selector are mutually exclusive';

/** Parses `group/version`; returns undefined if there is more than one slash. */
export function groupVersionOf(apiVersion: string): { readonly group: string; readonly version: string } | undefined {
  if (apiVersion === '/') return { group: '', version: '' };
  const parts = apiVersion.split('/');
  const [first = '', second] = parts;
  if (parts.length > 2) return undefined;
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

function checkApiVersion(errors: FieldError[], apiVersion: string, field: string): void {
  if (apiVersion === '') {
    errors.push(required(field));
    return;
  }
  const parsed = groupVersionOf(apiVersion);
  if (!parsed) {
    errors.push(invalid(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
    return;
  }
  const { group, version } = parsed;
  const groupFaults = group === '' ? [] : dns1123SubdomainFaults(group);
  if (groupFaults.length > 0) errors.push(invalid(field, group, groupFaults.join(',')));
  if (version === '') errors.push(invalid(field, apiVersion, 'version must be specified'));
  else {
    const faults = dns1035LabelFaults(version);
    if (faults.length > 0) errors.push(invalid(field, version, faults.join(',')));
  }
}

/** Checks the kind of a policy's parameters as upstream's validateParamKind does. */
export function checkParamKind(errors: FieldError[], { apiVersion = '', kind = '' }: ParamKind, path: FieldPath): void {
  checkApiVersion(errors, apiVersion, pathText(path, 'apiVersion'));
  if (kind === '') {
    errors.push(required(pathText(path, 'kind')));
    return;
  }
  const faults = dns1035LabelFaults(kind.toLowerCase());
  if (faults.length > 0) {
    errors.push(invalid(pathText(path, 'kind'), kind, `may have mixed case, but should otherwise match: ${faults.join(',')}`));
  }
}

/** Checks a binding's reference to parameters as upstream's validateParamRef does. */
export function checkParamRef(errors: FieldError[], { name = '', selector, parameterNotFoundAction: action }: ParamRef, path: FieldPath): void {
  if (name !== '') {
    addFaults(errors, pathSegmentName(name, false), name, path, 'name');
    if (selector) errors.push(forbidden(pathText(path, 'name'), EXCLUSIVE));
  }
  if (selector) {
    checkLabelSelector(errors, selector, childPath(path, 'selector'));
    if (name !== '') errors.push(forbidden(pathText(path, 'selector'), EXCLUSIVE));
  }
  if (name === '' && !selector) errors.push(required(pathText(path), 'one of name or selector must be specified'));
  if (action === undefined || action === '') errors.push(required(pathText(path, 'parameterNotFoundAction')));
  else if (!NOT_FOUND_ACTIONS.includes(action)) errors.push(notSupported(pathText(path, 'parameterNotFoundAction'), action, NOT_FOUND_ACTIONS));
}

/** Returns the kind of a policy's parameters as a column shows it. */
export const paramKindText = (kind: ParamKind | undefined): string => (kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>');

/** Returns a binding's parameters as a column shows them. */
export function paramRefText(paramRef: ParamRef | undefined): string {
  if (!paramRef) return '<unset>';
  const { name, namespace, selector } = paramRef;
  if (name) return namespace ? `${namespace}/${name}` : name;
  return selector ? labelSelectorText(selector) : '<unset>';
}
