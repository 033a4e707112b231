import * as z from 'zod';
import type { FieldError } from '../../../api/schema/field-error.ts';
import { fieldErrorText, invalid, notSupported } from '../../../api/schema/field-error.ts';
import { readConfiguration } from './read-configuration.ts';

const LIMIT_TYPES = ['Namespace', 'Server', 'SourceAndObject', 'User'] as const;
export type EventLimitType = (typeof LIMIT_TYPES)[number];

/** A limit on the events of one namespace, one user, one source and object, or of all together. */
export interface EventLimit {
  readonly type: EventLimitType;
  /** Events per second, once `burst` is used up. */
  readonly qps: number;
  readonly burst: number;
  /** The namespaces, users or sources whose events are counted at once. Without a meaning for the type Server. */
  readonly cacheSize: number;
}

const DEFAULT_CACHE_SIZE = 4_096;

const schema = z.strictObject({
  apiVersion: z.literal('eventratelimit.admission.k8s.io/v1alpha1'),
  kind: z.literal('Configuration'),
  limits: z
    .array(z.strictObject({ type: z.string().default(''), qps: z.int32().default(0), burst: z.int32().default(0), cacheSize: z.int32().default(0) }))
    .nullish(),
});

const isType = (type: string): type is EventLimitType => LIMIT_TYPES.some((known) => known === type);

/** Reads a Configuration of eventratelimit.admission.k8s.io/v1alpha1, which must have limits. @throws Error that names the field and what it must be. */
export function eventRateLimitConfiguration(value: unknown): readonly EventLimit[] {
  const limits = (value === undefined ? undefined : readConfiguration(schema, value).limits) ?? [];
  const faults: FieldError[] = limits.length > 0 ? [] : [invalid('limits', null, 'must not be empty')];
  const checked = limits.map(({ type, qps, burst, cacheSize }, i): EventLimit => {
    const at = `limits[${i}]`;
    const known = isType(type) ? type : undefined;
    if (known === undefined) faults.push(notSupported(`${at}.type`, type, LIMIT_TYPES));
    if (burst <= 0) faults.push(invalid(`${at}.burst`, burst, 'must be positive'));
    if (qps <= 0) faults.push(invalid(`${at}.qps`, qps, 'must be positive'));
    if (known !== 'Server' && cacheSize < 0) faults.push(invalid(`${at}.cacheSize`, cacheSize, 'must not be negative'));
    return { type: known ?? 'Server', qps, burst, cacheSize: cacheSize || DEFAULT_CACHE_SIZE };
  });
  if (faults.length === 0) return checked;
  const texts = faults.map(fieldErrorText);
  throw new Error(texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`);
}
