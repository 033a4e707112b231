import { loadRules } from '../../cel/rules/loader.ts';
import type { KindAdmission } from '../../definition/kind.ts';

/** Loads CEL before the first object of a kind with device selectors is validated. */
export const selectorLoading = (plural: string): KindAdmission => ({
  name: 'DeviceSelectors',
  of: { group: 'resource.k8s.io', plural },
  verbs: ['create', 'update'],
  async admit() {
    await loadRules();
  },
});
