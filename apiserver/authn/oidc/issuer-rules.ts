import type { FieldError } from '../../../api/schema/field-error.ts';
import { duplicate, forbidden, invalid, required } from '../../../api/schema/field-error.ts';
import { parseGoUrl } from '../../../base/go-url.ts';
import { certificatesOf } from '../certificate-chain.ts';
import type { JwtAuthenticator } from './configuration-schema.ts';

type Issuer = JwtAuthenticator['issuer'];

const EGRESS_TYPES: readonly string[] = ['controlplane', 'cluster'];

function urlErrors(url: string, disallowed: readonly string[], field: string): FieldError[] {
  const faults: FieldError[] = [];
  const bad = (why: string) => void faults.push(invalid(field, url, why));
  if (disallowed.includes(url)) bad(`URL must not overlap with disallowed issuers: [${[...disallowed].sort().join(' ')}]`);
  const parsed = parseGoUrl(url);
  if (!parsed.ok) {
    bad(parsed.problem);
    return faults;
  }
  const { scheme, user, query, fragment } = parsed.url;
  if (scheme !== 'https') bad('URL scheme must be https');
  if (user !== undefined) bad('URL must not contain a username or password');
  if (query !== '') bad('URL must not contain a query');
  if (fragment !== '') bad('URL must not contain a fragment');
  return faults;
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

function discoveryErrors({ url, discoveryURL }: Issuer, field: string): FieldError[] {
  if (discoveryURL === '') return [];
  const same = url !== '' && withoutSlash(url) === withoutSlash(discoveryURL);
  return [...(same ? [invalid(field, discoveryURL, 'discoveryURL must be different from URL')] : []), ...urlErrors(discoveryURL, [], field)];
}

function audienceErrors({ audiences, audienceMatchPolicy: policy }: Issuer, path: string): FieldError[] {
  const field = `${path}.audiences`;
  if (audiences.length === 0) return [required(field, `at least one ${field} is required`)];
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, audience] of audiences.entries()) {
    if (audience === '') faults.push(required(`${field}[${index}]`));
    if (seen.has(audience)) faults.push(duplicate(`${field}[${index}]`, audience));
    seen.add(audience);
  }
  const any = policy === 'MatchAny';
  if (audiences.length > 1 && !any) {
    faults.push(invalid(`${path}.audienceMatchPolicy`, policy, 'audienceMatchPolicy must be MatchAny for multiple audiences'));
  }
  if (audiences.length === 1 && policy !== '' && !any) {
    faults.push(invalid(`${path}.audienceMatchPolicy`, policy, 'audienceMatchPolicy must be empty or MatchAny for single audience'));
  }
  return faults;
}

function egressErrors(type: string, field: string): FieldError[] {
  if (type === '') return [];
  if (!EGRESS_TYPES.includes(type)) return [invalid(field, type, 'egress selector must be either controlplane or cluster')];
  return [forbidden(field, 'egress selectors are not supported')];
}

/** Checks where the tokens come from and whom they are for. */
export function issuerErrors(issuer: Issuer, disallowed: readonly string[], path: string): FieldError[] {
  const faults = issuer.url === '' ? [required(`${path}.url`)] : urlErrors(issuer.url, disallowed, `${path}.url`);
  faults.push(...discoveryErrors(issuer, `${path}.discoveryURL`), ...audienceErrors(issuer, path));
  if (issuer.certificateAuthority !== '') {
    try {
      certificatesOf(issuer.certificateAuthority, 'certificateAuthority');
    } catch {
      faults.push(invalid(`${path}.certificateAuthority`, '<omitted>', 'data does not contain any valid RSA or ECDSA certificates'));
    }
  }
  return [...faults, ...egressErrors(issuer.egressSelectorType, `${path}.egressSelectorType`)];
}
