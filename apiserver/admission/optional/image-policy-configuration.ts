import * as z from 'zod';
import { readConfiguration } from './read-configuration.ts';

/** The webhook of ImagePolicyWebhook. Times are in milliseconds. */
export interface ImagePolicyConfiguration {
  /** Path of a kubeconfig: where the webhook is, and who calls it. */
  readonly kubeConfigFile: string;
  /** Time that an admission is remembered; 0: it is not. */
  readonly allowMs: number;
  readonly denyMs: number;
  /** The first delay between two tries. */
  readonly retryMs: number;
  /** Whether pods are admitted if the webhook cannot be asked. */
  readonly defaultAllow: boolean;
}

const SECOND = 1_000;
const HALF_HOUR = 30 * 60;

/** A time in a unit: -1 stands for none, 0 for the default. */
const time = (unitMs: number, min: number, max: number, defaultMs: number) =>
  z
    .int()
    .refine((value) => value === -1 || value === 0 || (value >= min && value <= max), { error: `must be between ${min} and ${max}, 0 or -1` })
    .default(0)
    .transform((value) => (value === -1 ? 0 : value === 0 ? defaultMs : value * unitMs));

const schema = z.strictObject({
  imagePolicy: z.strictObject({
    kubeConfigFile: z.string().min(1, 'must be the path of a kubeconfig'),
    allowTTL: time(SECOND, 1, HALF_HOUR, 5 * 60 * SECOND),
    denyTTL: time(SECOND, 1, HALF_HOUR, 30 * SECOND),
    retryBackoff: time(1, 1, 5 * 60 * SECOND, 500),
    defaultAllow: z.boolean().default(false),
  }),
});

/** Reads the `imagePolicy` of a file. @throws Error that names the field and what it must be. */
export function imagePolicyConfiguration(value: unknown): ImagePolicyConfiguration {
  if (value === undefined) throw new Error('no config specified');
  const { kubeConfigFile, allowTTL, denyTTL, retryBackoff, defaultAllow } = readConfiguration(schema, value).imagePolicy;
  return { kubeConfigFile, allowMs: allowTTL, denyMs: denyTTL, retryMs: retryBackoff, defaultAllow };
}
