import * as z from 'zod';
import type { AuditSettings } from '../../../apiserver/audit/audit.ts';
import { UsageError } from '../options.ts';
import { booleanSchema, pathSchema } from './option-schemas.ts';
import { parsedYaml } from './text-files.ts';

const count = z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(0, 'must not be negative').default(0);

const MEGABYTE = 1024 * 1024;
/** The size at which a file is put aside if none is asked for, as lumberjack's. */
const DEFAULT_MEGABYTES = 100;

/** Upstream's options for the audit log. */
export const auditOptions = {
  'audit-policy-file': { schema: pathSchema, help: 'what is recorded: a Policy of audit.k8s.io/v1; without it nothing is', value: 'FILE' },
  'audit-log-path': { schema: pathSchema, help: 'where it is recorded; - for standard output', value: 'FILE' },
  'audit-log-format': { schema: z.enum(['json'], { error: 'must be json' }).default('json'), help: 'json, an object a line', value: 'FORMAT' },
  'audit-log-maxsize': { schema: count, help: 'megabytes after which the file is put aside (default 100)', value: 'MB' },
  'audit-log-maxage': { schema: count, help: 'days that files put aside are kept (default: all)', value: 'DAYS' },
  'audit-log-maxbackup': { schema: count, help: 'files put aside that are kept (default: all)', value: 'NUMBER' },
  'audit-log-compress': { schema: booleanSchema, help: 'compress files put aside with gzip (default false)', value: 'BOOL' },
};

export type AuditFlags = { readonly [K in keyof typeof auditOptions]: z.output<(typeof auditOptions)[K]['schema']> };

/** Reads the policy that the options name; undefined if nothing is to be recorded. @throws UsageError naming the option and the remedy. */
export async function auditSettings(flags: AuditFlags): Promise<AuditSettings | undefined> {
  const { 'audit-policy-file': policyFile, 'audit-log-path': path } = flags;
  if (path === undefined && policyFile === undefined) return undefined;
  if (path === undefined) throw new UsageError('--audit-policy-file needs --audit-log-path: nothing says where to record (- for standard output)');
  if (policyFile === undefined) throw new UsageError('--audit-log-path needs --audit-policy-file: nothing says what to record');
  const { parsePolicy } = await import('../../../apiserver/audit/policy.ts');
  return {
    policy: await parsedYaml('audit-policy-file', policyFile, parsePolicy),
    log: {
      path,
      maxBytes: (flags['audit-log-maxsize'] || DEFAULT_MEGABYTES) * MEGABYTE,
      maxBackups: flags['audit-log-maxbackup'],
      maxAgeDays: flags['audit-log-maxage'],
      compress: flags['audit-log-compress'] ?? false,
    },
  };
}
