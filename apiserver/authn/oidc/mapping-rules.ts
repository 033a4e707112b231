import type { FieldError } from '../../../api/schema/field-error.ts';
import { duplicate, invalid, required } from '../../../api/schema/field-error.ts';
import { domainPrefixedPathErrors } from '../../../api/validation/domain-prefixed-path.ts';
import type { JwtAuthenticator, PrefixedClaimOrExpression } from './configuration-schema.ts';

type Compiled = { readonly usesClaim: (claim: string) => boolean; readonly fault?: undefined } | { readonly fault: string };

/** Compiles the expressions of a configuration (`expressions.ts`, which is loaded if there are any). */
export interface MappingCompiler {
  compileMapping(source: string): Compiled;
  compileRule(source: string, subject: 'claims' | 'user'): Compiled;
}

const BOTH = "claim and expression can't both be set";
const EITHER = 'claim or expression is required';
const UNVERIFIED =
  'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression';
const RESERVED = /^(?:[^/]*\.)?(?:kubernetes|k8s)\.io\//;

/** Adds the fault of an expression to `faults`; tells which claims about addresses it uses. */
function checked(field: string, source: string, faults: FieldError[], compiled: Compiled | undefined) {
  if (compiled?.fault !== undefined) faults.push(invalid(field, source, compiled.fault));
  const uses = (claim: string) => compiled !== undefined && compiled.fault === undefined && compiled.usesClaim(claim);
  return { usesEmail: uses('email'), usesEmailVerified: uses('email_verified') };
}

/** Checks the rules about claims, and tells whether one of them looks at whether the address is verified. */
export function claimRuleErrors(rules: JwtAuthenticator['claimValidationRules'], path: string, compiler: MappingCompiler | undefined) {
  const faults: FieldError[] = [];
  const [claims, expressions] = [new Set<string>(), new Set<string>()];
  let usesEmailVerified = false;
  for (const [index, { claim, expression, message, requiredValue }] of rules.entries()) {
    const field = `${path}[${index}]`;
    if (claim !== '' && expression !== '') faults.push(invalid(field, claim, BOTH));
    else if (claim === '' && expression === '') faults.push(required(field, EITHER));
    else if (claim !== '') {
      if (message !== '') faults.push(invalid(`${field}.message`, message, 'may not be specified when claim is set'));
      if (claims.has(claim)) faults.push(duplicate(`${field}.claim`, claim));
      claims.add(claim);
    } else {
      if (requiredValue !== '') faults.push(invalid(`${field}.requiredValue`, requiredValue, 'may not be specified when expression is set'));
      if (expressions.has(expression)) faults.push(duplicate(`${field}.expression`, expression));
      else {
        const uses = checked(`${field}.expression`, expression, faults, compiler?.compileRule(expression, 'claims'));
        usesEmailVerified ||= uses.usesEmailVerified;
      }
      expressions.add(expression);
    }
  }
  return { faults, usesEmailVerified };
}

function mappingErrors(mapping: PrefixedClaimOrExpression, field: string, isRequired: boolean, compiler: MappingCompiler | undefined) {
  const { claim, prefix, expression } = mapping;
  const faults: FieldError[] = [];
  let uses = { usesEmail: false, usesEmailVerified: false };
  if (claim !== '' && expression !== '') faults.push(invalid(field, '', BOTH));
  else if (expression !== '') {
    if (prefix !== undefined) faults.push(invalid(`${field}.prefix`, prefix, 'may not be specified when expression is set'));
    uses = checked(`${field}.expression`, expression, faults, compiler?.compileMapping(expression));
  } else if (claim === '') {
    if (isRequired) faults.push(required(field, EITHER));
  } else if (prefix === undefined) {
    faults.push(required(`${field}.prefix`, 'prefix is required when claim is set. It can be set to an empty string to disable prefixing'));
  }
  return { faults, ...uses };
}

function extraErrors(mappings: JwtAuthenticator['claimMappings']['extra'], path: string, compiler: MappingCompiler | undefined) {
  const faults: FieldError[] = [];
  const keys = new Set<string>();
  let usesEmailVerified = false;
  for (const [index, { key, valueExpression }] of mappings.entries()) {
    const keyField = `${path}[${index}].key`;
    const valueField = `${path}[${index}].valueExpression`;
    faults.push(...domainPrefixedPathErrors(keyField, key));
    if (key !== key.toLowerCase()) faults.push(invalid(keyField, key, 'must be lowercase'));
    if (RESERVED.test(key)) faults.push(invalid(keyField, key, 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use'));
    if (keys.has(key)) faults.push(duplicate(keyField, key));
    else if (valueExpression === '') faults.push(required(valueField));
    else {
      const uses = checked(valueField, valueExpression, faults, compiler?.compileMapping(valueExpression));
      usesEmailVerified ||= uses.usesEmailVerified;
    }
    keys.add(key);
  }
  return { faults, usesEmailVerified };
}

/**
 * Checks how claims become a user. An address is no proof of its own: an expression for the user's name that uses it requires that the
 * configuration looks at `email_verified`, here or in the rules about claims.
 */
export function claimMappingErrors(
  { username, groups, uid, extra }: JwtAuthenticator['claimMappings'],
  path: string,
  compiler: MappingCompiler | undefined,
  rulesUseEmailVerified: boolean,
): FieldError[] {
  const name = mappingErrors(username, `${path}.username`, true, compiler);
  const faults = [...name.faults, ...(groups ? mappingErrors(groups, `${path}.groups`, false, compiler).faults : [])];
  if (uid && uid.claim !== '' && uid.expression !== '') faults.push(invalid(`${path}.uid`, '', BOTH));
  else if (uid && uid.expression !== '') {
    const { expression } = uid;
    checked(`${path}.uid.expression`, expression, faults, compiler?.compileMapping(expression));
  }
  const extras = extraErrors(extra, `${path}.extra`, compiler);
  faults.push(...extras.faults);
  if (name.usesEmail && !name.usesEmailVerified && !extras.usesEmailVerified && !rulesUseEmailVerified) {
    faults.push(invalid(`${path}.username.expression`, username.expression, UNVERIFIED));
  }
  return faults;
}

/** Checks the rules about the user that the claims make. */
export function userRuleErrors(
  rules: JwtAuthenticator['userValidationRules'],
  path: string,
  compiler: MappingCompiler | undefined,
): readonly FieldError[] {
  const faults: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { expression }] of rules.entries()) {
    const field = `${path}[${index}].expression`;
    if (expression === '') faults.push(required(field));
    else if (seen.has(expression)) faults.push(duplicate(field, expression));
    else checked(field, expression, faults, compiler?.compileRule(expression, 'user'));
    seen.add(expression);
  }
  return faults;
}
