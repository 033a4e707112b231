import * as z from 'zod';
import { labelValueFaults, qualifiedNameFaults } from '../../api/validation/name-rules.ts';

type Labels = Readonly<Record<string, string>>;

/** Parses `--node-labels`, as kubelet spells it: `KEY=VALUE,…`. Which labels a node may give itself, the API server says (NodeRestriction). */
const nodeLabelsSchema = z
  .string()
  .default('')
  .transform((text, context): Labels => {
    const labels: Record<string, string> = {};
    for (const pair of text.split(',').filter((each) => each !== '')) {
      const [key = '', value] = pair.split(/=(.*)/s);
      const faults = value === undefined ? ['must be KEY=VALUE'] : [...qualifiedNameFaults(key), ...labelValueFaults(value)];
      for (const fault of faults) context.addIssue({ code: 'custom', message: `${pair}: ${fault}` });
      labels[key] = value ?? '';
    }
    return labels;
  });

export const nodeLabelsOption = {
  'node-labels': { schema: nodeLabelsSchema, help: 'labels that the node gives itself, such as disk=ssd,rack=a', value: 'LIST' },
};
