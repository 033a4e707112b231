import { fieldErrorText } from '../../../api/schema/field-error.ts';
import { faultsText } from '../../../base/field-path.ts';
import type { AnonymousAccess } from '../anonymous.ts';
import { configurationErrors } from './configuration-rules.ts';
import type { JwtAuthenticator, PrefixedClaimOrExpression } from './configuration-schema.ts';
import { AuthenticationConfiguration } from './configuration-schema.ts';
import type { CompiledIdentityExpression, ExpressionCompiler } from './expressions.ts';
import type { IdentityExpression, OidcIssuer, PrefixedClaim } from './issuer.ts';
import { SIGNING_ALGORITHMS } from './issuer.ts';

export interface Authentication {
  readonly issuers: readonly OidcIssuer[];
  /** Undefined if the configuration does not say. */
  readonly anonymous: AnonymousAccess | undefined;
}

/** Whether a configuration has CEL expressions; those who have none do not pay for CEL. */
const hasExpressions = ({ jwt }: AuthenticationConfiguration): boolean =>
  jwt.some(
    ({ claimMappings: { username, groups, uid, extra }, claimValidationRules, userValidationRules }) =>
      [username, groups, uid, ...claimValidationRules, ...userValidationRules].some((each) => each && each.expression !== '') || extra.length > 0,
  );

/** Returns an expression that the rules of the configuration have found good. */
function good({ expression, fault }: CompiledIdentityExpression): IdentityExpression {
  if (!expression) throw new Error(`an expression was not checked: ${fault}`);
  return expression;
}

function loaded(compiler: ExpressionCompiler | undefined): ExpressionCompiler {
  if (!compiler) throw new Error('the configuration has an expression, and CEL was not loaded');
  return compiler;
}

function mappingOf(mapping: PrefixedClaimOrExpression, compiler: ExpressionCompiler | undefined): PrefixedClaim | IdentityExpression {
  const { claim, prefix = '', expression } = mapping;
  return expression === '' ? { claim, prefix } : good(loaded(compiler).compileMapping(expression));
}

const isMapped = ({ claim, expression }: { readonly claim: string; readonly expression: string }): boolean => claim !== '' || expression !== '';

function issuerOf(authenticator: JwtAuthenticator, compiler: ExpressionCompiler | undefined): OidcIssuer {
  const { issuer, claimMappings, claimValidationRules, userValidationRules } = authenticator;
  const { username, groups, uid, extra } = claimMappings;
  const expressionRules = claimValidationRules.filter(({ expression }) => expression !== '');
  return {
    url: issuer.url,
    ...(issuer.discoveryURL === '' ? {} : { discoveryUrl: issuer.discoveryURL }),
    audiences: issuer.audiences,
    ...(issuer.certificateAuthority === '' ? {} : { certificateAuthority: issuer.certificateAuthority }),
    signingAlgorithms: SIGNING_ALGORITHMS,
    username: mappingOf(username, compiler),
    ...(groups && isMapped(groups) ? { groups: mappingOf(groups, compiler) } : {}),
    ...(uid && isMapped(uid) ? { uid: uid.expression === '' ? uid.claim : good(loaded(compiler).compileMapping(uid.expression)) } : {}),
    ...(extra.length > 0
      ? { extra: extra.map(({ key, valueExpression }) => ({ key, expression: good(loaded(compiler).compileMapping(valueExpression)) })) }
      : {}),
    requiredClaims: claimValidationRules
      .filter(({ expression }) => expression === '')
      .map(({ claim, requiredValue }) => [claim, requiredValue] as const),
    ...(expressionRules.length > 0 ? { claimRules: expressionRules.map((rule) => ruleOf(rule, 'claims', compiler)) } : {}),
    ...(userValidationRules.length > 0 ? { userRules: userValidationRules.map((rule) => ruleOf(rule, 'user', compiler)) } : {}),
  };
}

const ruleOf = (
  { expression, message }: { readonly expression: string; readonly message: string },
  subject: 'claims' | 'user',
  compiler: ExpressionCompiler | undefined,
) => ({ expression: good(loaded(compiler).compileRule(expression, subject)), message });

/**
 * Reads an AuthenticationConfiguration (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration).
 * @throws Error naming each field that is wrong.
 */
export async function parseAuthenticationConfiguration(value: unknown, ownIssuers: readonly string[]): Promise<Authentication> {
  const parsed = AuthenticationConfiguration.safeParse(value);
  if (!parsed.success) throw new Error(faultsText(parsed.error.issues, 'the configuration'));
  const compiler = hasExpressions(parsed.data) ? await import('./expressions.ts') : undefined;
  const faults = configurationErrors(parsed.data, ownIssuers, compiler);
  if (faults.length > 0) throw new Error(faults.map(fieldErrorText).join('; '));
  const { jwt, anonymous } = parsed.data;
  return { issuers: jwt.map((each) => issuerOf(each, compiler)), anonymous: anonymous && accessOf(anonymous) };
}

function accessOf({ enabled, conditions }: NonNullable<AuthenticationConfiguration['anonymous']>): AnonymousAccess {
  if (!enabled) return 'none';
  return conditions.length === 0 ? 'all' : new Set(conditions.map(({ path }) => path));
}
