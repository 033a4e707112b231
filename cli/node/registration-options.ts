import * as z from 'zod';
import { milliValueOfQuantity, quantityProblem, valueOfQuantity } from '../../api/schema/quantity.ts';
import { labelValueFaults, qualifiedNameFaults } from '../../api/validation/name-rules.ts';

/** The size of a simulated node. */
export interface NodeSize {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

export interface NodeTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

const quantity = (least: number, example: string) =>
  z
    .string()
    .refine((text) => quantityProblem(text) === undefined && valueOfQuantity(text) >= least, { error: `must be a quantity such as ${example}` });
const entries = (text: string): string[] => text.split(',').filter((entry) => entry !== '');

const labels = z
  .string()
  .default('')
  .transform((text, context): Readonly<Record<string, string>> => {
    const pairs = entries(text).map((entry) => {
      const at = entry.indexOf('=');
      return at < 0 ? ([entry, ''] as const) : ([entry.slice(0, at), entry.slice(at + 1)] as const);
    });
    for (const [key, value] of pairs) {
      const [fault] = [...qualifiedNameFaults(key), ...labelValueFaults(value)];
      if (fault !== undefined) context.addIssue({ code: 'custom', message: `${key}=${value}: ${fault}` });
    }
    return Object.fromEntries(pairs);
  });

const taints = z
  .string()
  .default('')
  .transform((text, context): readonly NodeTaint[] =>
    entries(text).flatMap((entry) => {
      const [, key = '', value, effect = ''] = /^([^=:]+)(?:=([^:]*))?:(.+)$/.exec(entry) ?? [];
      if (qualifiedNameFaults(key).length === 0 && labelValueFaults(value ?? '').length === 0 && EFFECTS.includes(effect))
        return [{ key, ...(value ? { value } : {}), effect }];
      context.addIssue({ code: 'custom', message: `${entry}: must be KEY=VALUE:EFFECT, the effect one of ${EFFECTS.join(', ')}` });
      return [];
    }),
  );

/** The options by which a node registers: kubelet's, and the size of simulated nodes. */
export const registrationOptions = {
  'node-labels': { schema: labels, help: 'labels that a new node registers with, such as disk=ssd,tier=1', value: 'LABELS' },
  'register-with-taints': { schema: taints, help: 'taints that a new node registers with, such as gpu=yes:NoSchedule', value: 'TAINTS' },
  'node-cpus': { schema: quantity(0.001, '32').default('32'), help: 'CPUs of a simulated node (default 32)', value: 'N' },
  'node-memory': { schema: quantity(1, '256Gi').default('256Gi'), help: 'memory of a simulated node (default 256Gi)', value: 'SIZE' },
  'node-pods': {
    schema: z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(1, 'must be at least 1').default(110),
    help: 'pods that a simulated node takes (default 110)',
    value: 'N',
  },
};

/** Returns the size of each simulated node. */
export const nodeSize = (flags: { readonly 'node-cpus': string; readonly 'node-memory': string; readonly 'node-pods': number }): NodeSize => ({
  cpus: milliValueOfQuantity(flags['node-cpus']) / 1000,
  memoryBytes: valueOfQuantity(flags['node-memory']),
  pods: flags['node-pods'],
});
