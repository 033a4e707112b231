import type { Strategy } from '../../../definition/strategy.ts';
import { defaultCustomResourceDefinition, prepareCustomResourceDefinition } from './defaults.ts';
import { formatWarnings } from './format-warnings.ts';
import type { CustomResourceDefinition } from './schema.ts';
import { validateCustomResourceDefinition, validateCustomResourceDefinitionStatus, validateCustomResourceDefinitionUpdate } from './validation.ts';

export const customResourceDefinitionStrategy: Strategy<CustomResourceDefinition> = {
  generation: 'content',
  allowUnconditionalUpdate: false,
  metadataChecks: { anyFinalizer: true },
  default: defaultCustomResourceDefinition,
  prepareForCreate: prepareCustomResourceDefinition,
  prepareForUpdate: (crd, old) => {
    crd.status = { ...old.status };
    // A new storage version counts as stored from now on.
    const stored = crd.status.storedVersions ?? [];
    const current = crd.spec.versions?.find((version) => version.storage)?.name;
    if (current !== undefined && !stored.includes(current)) crd.status.storedVersions = [...stored, current];
  },
  // Metadata that comes with a status is written, as upstream does.
  prepareForStatusUpdate: (crd, old) => {
    crd.spec = old.spec;
  },
  validate: validateCustomResourceDefinition,
  validateUpdate: validateCustomResourceDefinitionUpdate,
  validateStatusUpdate: validateCustomResourceDefinitionStatus,
  warnings: (crd, old) => formatWarnings(crd, old),
};
