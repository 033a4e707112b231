import * as z from 'zod';
import { dns1123LabelFaults, dns1123SubdomainFaults } from '../../../api/validation/name-rules.ts';
import type { PodSecurityConfiguration } from './cluster-policy.ts';
import { LEVEL_FAULT, parseLevel, parseVersion, VERSION_FAULT } from './policy.ts';

/** An empty value is the default, as a missing one. */
const read = <T>(parse: (text: string) => T | undefined, fault: string, otherwise: string) =>
  z
    .string()
    .default(otherwise)
    .transform((text, context) => {
      const value = parse(text === '' ? otherwise : text);
      if (value === undefined) context.addIssue({ code: 'custom', message: `Invalid value: ${JSON.stringify(text)}: ${fault}` });
      return value ?? z.NEVER;
    });
const level = read(parseLevel, LEVEL_FAULT, 'privileged');
const version = read(parseVersion, VERSION_FAULT, 'latest');

const names = (faults: (name: string) => readonly string[]) =>
  z
    .array(z.string())
    .nullish()
    .transform((list, context) => {
      const seen = new Set<string>();
      list?.forEach((name, i) => {
        const found = seen.has(name)
          ? [`Duplicate value: ${JSON.stringify(name)}`]
          : faults(name).map((fault) => `Invalid value: ${JSON.stringify(name)}: ${fault}`);
        for (const message of found) context.addIssue({ code: 'custom', path: [i], message });
        seen.add(name);
      });
      return seen;
    });

const schema = z.strictObject({
  apiVersion: z.enum([
    'pod-security.admission.config.k8s.io/v1',
    'pod-security.admission.config.k8s.io/v1beta1',
    'pod-security.admission.config.k8s.io/v1alpha1',
  ]),
  kind: z.literal('PodSecurityConfiguration'),
  defaults: z
    .strictObject({
      enforce: level,
      'enforce-version': version,
      audit: level,
      'audit-version': version,
      warn: level,
      'warn-version': version,
    })
    .prefault({}),
  exemptions: z
    .strictObject({
      usernames: names((name) => (name === '' ? ['username must not be empty'] : [])),
      namespaces: names(dns1123LabelFaults),
      runtimeClasses: names(dns1123SubdomainFaults),
    })
    .prefault({}),
});

/** Reads a PodSecurityConfiguration. @throws Error that names the field and what it must be. */
export function podSecurityConfiguration(value: unknown): PodSecurityConfiguration {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`PodSecurityConfiguration: ${faults.join('; ')}`);
  }
  const { defaults, exemptions } = parsed.data;
  return {
    defaults: {
      enforce: { level: defaults.enforce, version: defaults['enforce-version'] },
      audit: { level: defaults.audit, version: defaults['audit-version'] },
      warn: { level: defaults.warn, version: defaults['warn-version'] },
    },
    exemptions,
  };
}
