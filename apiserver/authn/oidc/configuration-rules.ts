import type { FieldError } from '../../../api/schema/field-error.ts';
import { duplicate, forbidden, invalid, required, tooMany } from '../../../api/schema/field-error.ts';
import { certificatesOf } from '../certificate-chain.ts';
import type { AuthenticationConfiguration, JwtAuthenticator, PrefixedClaimOrExpression } from './configuration-schema.ts';

const MAX_AUTHENTICATORS = 64;
const BOTH = "claim and expression can't both be set";
const EITHER = 'claim or expression is required';

/** CEL has its own time; until then an expression is refused, never skipped. */
const noExpression = (field: string): FieldError =>
  forbidden(field, 'CEL expressions are not supported yet: map a claim, or require a value of a claim, instead');

function urlErrors(url: string, disallowed: readonly string[], field: string): FieldError[] {
  const faults: FieldError[] = [];
  const bad = (why: string) => void faults.push(invalid(field, url, why));
  if (disallowed.includes(url)) bad(`URL must not overlap with disallowed issuers: [${[...disallowed].sort().join(' ')}]`);
  if (!URL.canParse(url)) {
    bad('URL scheme must be https');
    return faults;
  }
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:') bad('URL scheme must be https');
  if (parsed.username !== '' || parsed.password !== '') bad('URL must not contain a username or password');
  if (parsed.search !== '') bad('URL must not contain a query');
  if (parsed.hash !== '') bad('URL must not contain a fragment');
  return faults;
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

function discoveryErrors({ url, discoveryURL }: JwtAuthenticator['issuer'], field: string): FieldError[] {
  if (discoveryURL === '') return [];
  const same = url !== '' && withoutSlash(url) === withoutSlash(discoveryURL);
  return [...(same ? [invalid(field, discoveryURL, 'discoveryURL must be different from URL')] : []), ...urlErrors(discoveryURL, [], field)];
}

function audienceErrors({ audiences, audienceMatchPolicy: policy }: JwtAuthenticator['issuer'], path: string): FieldError[] {
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

function issuerErrors(issuer: JwtAuthenticator['issuer'], disallowed: readonly string[], path: string): FieldError[] {
  const faults = issuer.url === '' ? [required(`${path}.url`)] : urlErrors(issuer.url, disallowed, `${path}.url`);
  faults.push(...discoveryErrors(issuer, `${path}.discoveryURL`), ...audienceErrors(issuer, path));
  if (issuer.certificateAuthority !== '') {
    try {
      certificatesOf(issuer.certificateAuthority, 'certificateAuthority');
    } catch {
      faults.push(invalid(`${path}.certificateAuthority`, '<omitted>', 'data does not contain any valid RSA or ECDSA certificates'));
    }
  }
  if (issuer.egressSelectorType !== '') faults.push(forbidden(`${path}.egressSelectorType`, 'egress selectors are not supported'));
  return faults;
}

function mappingErrors(mapping: PrefixedClaimOrExpression, field: string, isRequired: boolean): FieldError[] {
  const { claim, prefix, expression } = mapping;
  if (claim !== '' && expression !== '') return [invalid(field, '', BOTH)];
  if (expression !== '') {
    if (prefix !== undefined) return [invalid(`${field}.prefix`, prefix, 'prefix can not be set when expression is set')];
    return [noExpression(`${field}.expression`)];
  }
  if (claim !== '') {
    return prefix === undefined
      ? [required(`${field}.prefix`, 'prefix is required when claim is set. It can be set to an empty string to disable prefixing')]
      : [];
  }
  const faults = isRequired ? [required(field, EITHER)] : [];
  if (!isRequired && prefix) faults.push(invalid(`${field}.prefix`, prefix, "non-empty prefix isn't allowed with empty claim"));
  return faults;
}

function ruleErrors(rules: JwtAuthenticator['claimValidationRules'], path: string): FieldError[] {
  const seen = new Set<string>();
  return rules.flatMap(({ claim, expression, message, requiredValue }, index) => {
    const field = `${path}[${index}]`;
    if (claim !== '' && expression !== '') return [invalid(field, claim, BOTH)];
    if (claim === '' && expression === '') return [required(field, EITHER)];
    if (expression !== '') {
      if (requiredValue !== '') return [invalid(`${field}.requiredValue`, requiredValue, 'may not be specified when expression is set')];
      return [noExpression(`${field}.expression`)];
    }
    const faults: FieldError[] = [];
    if (message !== '') faults.push(invalid(`${field}.message`, message, 'may not be specified when claim is set'));
    if (seen.has(claim)) faults.push(duplicate(`${field}.claim`, claim));
    seen.add(claim);
    return faults;
  });
}

function jwtErrors(jwt: JwtAuthenticator, disallowed: readonly string[], path: string): FieldError[] {
  const { issuer, claimValidationRules, claimMappings, userValidationRules } = jwt;
  const { username, groups, uid, extra } = claimMappings;
  const mappings = `${path}.claimMappings`;
  return [
    ...issuerErrors(issuer, disallowed, `${path}.issuer`),
    ...ruleErrors(claimValidationRules, `${path}.claimValidationRules`),
    ...mappingErrors(username, `${mappings}.username`, true),
    ...(groups ? mappingErrors(groups, `${mappings}.groups`, false) : []),
    ...(uid && uid.claim !== '' && uid.expression !== '' ? [invalid(`${mappings}.uid`, '', BOTH)] : []),
    ...(uid && uid.claim === '' && uid.expression !== '' ? [noExpression(`${mappings}.uid.expression`)] : []),
    ...extra.map((_, index) => noExpression(`${mappings}.extra[${index}].valueExpression`)),
    ...userValidationRules.map((_, index) => noExpression(`${path}.userValidationRules[${index}].expression`)),
  ];
}

/** Checks a configuration of a good form (k8s.io/apiserver/pkg/apis/apiserver/validation). `disallowed`: the server's own issuers. */
export function configurationErrors({ jwt, anonymous }: AuthenticationConfiguration, disallowed: readonly string[]): FieldError[] {
  if (jwt.length > MAX_AUTHENTICATORS) return [tooMany('jwt', jwt.length, MAX_AUTHENTICATORS)];
  const faults: FieldError[] = [];
  const urls = new Set<string>();
  const discoveryUrls = new Set<string>();
  for (const [index, each] of jwt.entries()) {
    const { url, discoveryURL } = each.issuer;
    faults.push(...jwtErrors(each, disallowed, `jwt[${index}]`));
    if (urls.has(url)) faults.push(duplicate(`jwt[${index}].issuer.url`, url));
    if (discoveryURL !== '' && discoveryUrls.has(discoveryURL)) faults.push(duplicate(`jwt[${index}].issuer.discoveryURL`, discoveryURL));
    urls.add(url);
    discoveryUrls.add(discoveryURL);
  }
  if (anonymous && !anonymous.enabled && anonymous.conditions.length > 0) {
    faults.push(invalid('anonymous.conditions', anonymous.conditions, 'enabled should be set to true when conditions are defined'));
  }
  return faults;
}
