import type { ConstraintsByPath } from './placement.ts';
import { immutable } from './values.ts';

const MAX_RESOURCES = 256;
const STANDARD = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'services',
  'services.nodeports',
  'services.loadbalancers',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
];
const isStandard = `name in [${STANDARD.map((name) => `'${name}'`).join(', ')}] || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')`;
/** Counted in whole numbers. */
const WHOLE =
  "name.startsWith('count/') || name in ['pods', 'services', 'services.nodeports', 'services.loadbalancers', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps', 'persistentvolumeclaims']";

export const resourceQuotaRules: ConstraintsByPath = {
  'spec.hard': {
    maxProperties: MAX_RESOURCES,
    maxValueLength: 64,
    rules: [
      { rule: `self.all(name, name.contains('/') || ${isStandard})`, message: 'must be a standard resource for quota' },
      {
        rule: "self.all(name, type(self[name]) == int ? self[name] >= 0 : !self[name].startsWith('-'))",
        message: 'must be greater than or equal to 0',
      },
      {
        rule: `self.all(name, !(${WHOLE}) || type(self[name]) == int || !self[name].contains('.'))`,
        message: 'must be an integer',
      },
    ],
  },
  'spec.scopes': {
    maxItems: 16,
    rules: [
      {
        rule: "!('BestEffort' in self && 'NotBestEffort' in self) && !('Terminating' in self && 'NotTerminating' in self)",
        message: 'conflicting scopes',
      },
      { rule: 'self.all(scope, scope in oldSelf) && oldSelf.all(scope, scope in self)', message: immutable.message },
    ],
  },
  'spec.scopes[]': { maxLength: 32 },
};
