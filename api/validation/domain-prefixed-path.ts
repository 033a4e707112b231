import type { FieldError } from '../schema/field-error.ts';
import { invalid, required } from '../schema/field-error.ts';
import { dns1123SubdomainFaults } from './name-rules.ts';

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const WHOLE_PATH = new RegExp(`^${HTTP_PATH}$`);

/** Checks a path with a domain in front, `acme.io/foo` (k8s.io/apimachinery/pkg/util/validation, IsDomainPrefixedPath). */
export function domainPrefixedPathErrors(field: string, value: string): FieldError[] {
  if (value === '') return [required(field)];
  const slash = value.indexOf('/');
  const host = value.slice(0, slash);
  const path = value.slice(slash + 1);
  if (slash <= 0 || path === '') return [invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = dns1123SubdomainFaults(host).map((fault) => invalid(field, host, fault));
  if (!WHOLE_PATH.test(path)) errors.push(invalid(field, path, `Invalid path (regex used for validation is '${HTTP_PATH}')`));
  return errors;
}
