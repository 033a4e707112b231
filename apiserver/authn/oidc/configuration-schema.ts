import * as z from 'zod';

const text = z.string().default('');
const claimOrExpression = z.strictObject({ claim: text, expression: text });
const prefixed = z.strictObject({ claim: text, prefix: z.string().optional(), expression: text });

const issuer = z.strictObject({
  url: text,
  discoveryURL: text,
  certificateAuthority: text,
  audiences: z.array(z.string()).default([]),
  audienceMatchPolicy: text,
  egressSelectorType: text,
});

const jwt = z.strictObject({
  issuer,
  claimValidationRules: z.array(z.strictObject({ claim: text, requiredValue: text, expression: text, message: text })).default([]),
  claimMappings: z.strictObject({
    username: prefixed,
    groups: prefixed.optional(),
    uid: claimOrExpression.optional(),
    extra: z.array(z.strictObject({ key: text, valueExpression: text })).default([]),
  }),
  userValidationRules: z.array(z.strictObject({ expression: text, message: text })).default([]),
});

/** The form of an AuthenticationConfiguration (apiserver.config.k8s.io). Unknown fields are refused. */
export const AuthenticationConfiguration = z.strictObject({
  apiVersion: z.enum(['apiserver.config.k8s.io/v1', 'apiserver.config.k8s.io/v1beta1']),
  kind: z.literal('AuthenticationConfiguration'),
  jwt: z.array(jwt).default([]),
  anonymous: z.strictObject({ enabled: z.boolean(), conditions: z.array(z.strictObject({ path: z.string() })).default([]) }).optional(),
});

export type AuthenticationConfiguration = z.output<typeof AuthenticationConfiguration>;
export type JwtAuthenticator = z.output<typeof jwt>;
export type PrefixedClaimOrExpression = z.output<typeof prefixed>;
