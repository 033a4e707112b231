import type { FieldError } from '../../../api/schema/field-error.ts';
import { duplicate, invalid, tooMany } from '../../../api/schema/field-error.ts';
import type { AuthenticationConfiguration, JwtAuthenticator } from './configuration-schema.ts';
import { issuerErrors } from './issuer-rules.ts';
import type { MappingCompiler } from './mapping-rules.ts';
import { claimMappingErrors, claimRuleErrors, userRuleErrors } from './mapping-rules.ts';

const MAX_AUTHENTICATORS = 64;

function jwtErrors(jwt: JwtAuthenticator, disallowed: readonly string[], path: string, compiler: MappingCompiler | undefined): FieldError[] {
  const { issuer, claimValidationRules, claimMappings, userValidationRules } = jwt;
  const rules = claimRuleErrors(claimValidationRules, `${path}.claimValidationRules`, compiler);
  return [
    ...issuerErrors(issuer, disallowed, `${path}.issuer`),
    ...rules.faults,
    ...claimMappingErrors(claimMappings, `${path}.claimMappings`, compiler, rules.usesEmailVerified),
    ...userRuleErrors(userValidationRules, `${path}.userValidationRules`, compiler),
  ];
}

/**
 * Checks a configuration of a good form (k8s.io/apiserver/pkg/apis/apiserver/validation). `disallowed`: the server's own issuers. The
 * compiler may be left out if the configuration has no expressions.
 */
export function configurationErrors(
  { jwt, anonymous }: AuthenticationConfiguration,
  disallowed: readonly string[],
  compiler: MappingCompiler | undefined,
): FieldError[] {
  if (jwt.length > MAX_AUTHENTICATORS) return [tooMany('jwt', jwt.length, MAX_AUTHENTICATORS)];
  const faults: FieldError[] = [];
  const urls = new Set<string>();
  const discoveryUrls = new Set<string>();
  for (const [index, each] of jwt.entries()) {
    const { url, discoveryURL } = each.issuer;
    faults.push(...jwtErrors(each, disallowed, `jwt[${index}]`, compiler));
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
