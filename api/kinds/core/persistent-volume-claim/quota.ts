import type { QuotaRule, ScopeRequirement } from '../../../definition/quota-rule.ts';
import { isWhole } from '../../../pod/resources/resource-quantity-validation.ts';
import { compareQuantities, valueOfQuantity } from '../../../schema/quantity.ts';
import { claimClass } from './class.ts';
import type { PersistentVolumeClaim } from './schema.ts';

const CLAIMS = 'persistentvolumeclaims';
const STORAGE = 'requests.storage';
const OF_CLASS = '.storageclass.storage.k8s.io/';

/** Quotas count whole bytes. */
const wholeBytes = (storage: string): string => (isWhole(storage) ? storage : String(valueOfQuantity(storage)));

/** The storage that a claim is charged for: what it asks for, or what is set aside for it, if that is more. */
function storageOf({ spec, status }: PersistentVolumeClaim): string | undefined {
  const asked = spec?.resources?.requests?.storage;
  if (asked === undefined) return undefined;
  const allocated = status?.allocatedResources?.storage;
  return wholeBytes(allocated !== undefined && compareQuantities(allocated, asked) > 0 ? allocated : asked);
}

/** The VolumeAttributesClasses that a claim has, had or is on its way to. */
const attributesClasses = ({ spec, status }: PersistentVolumeClaim): string[] =>
  [spec?.volumeAttributesClassName, status?.currentVolumeAttributesClassName, status?.modifyVolumeStatus?.targetVolumeAttributesClassName].filter(
    (name) => name !== undefined && name !== '',
  ) as string[];

/** Returns whether a change of the status alone changes the charge: of the storage that is set aside, or of the classes. */
function isStatusCharged(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const [classes, before] = [attributesClasses(claim), attributesClasses(old)];
  const isMoved = classes.some((name) => !before.includes(name)) || before.some((name) => !classes.includes(name));
  return isMoved || storageOf(claim) !== storageOf(old);
}

function inScope(claim: PersistentVolumeClaim, { scopeName, operator, values = [] }: ScopeRequirement): boolean {
  if (scopeName !== 'VolumeAttributesClass') return false;
  const classes = attributesClasses(claim);
  switch (operator) {
    case 'Exists':
      return classes.length > 0;
    case 'DoesNotExist':
      return classes.length === 0;
    case 'In':
      return classes.some((name) => values.includes(name));
    case 'NotIn':
      return classes.length === 0 || classes.some((name) => !values.includes(name));
    default:
      return false;
  }
}

/** Charges claims by number and storage, as a whole and by their StorageClass (pkg/quota/v1/evaluator/core). */
export const persistentVolumeClaimQuota: QuotaRule<PersistentVolumeClaim> = {
  covers: (resource) => resource === CLAIMS || resource === STORAGE || resource.endsWith(OF_CLASS + CLAIMS) || resource.endsWith(OF_CLASS + STORAGE),
  usage(claim) {
    const usage: Record<string, string> = { [CLAIMS]: '1' };
    const storage = storageOf(claim);
    if (storage !== undefined) usage[STORAGE] = storage;
    const name = claimClass(claim);
    if (name === '') return usage;
    usage[`${name}${OF_CLASS}${CLAIMS}`] = '1';
    if (storage !== undefined) usage[`${name}${OF_CLASS}${STORAGE}`] = storage;
    return usage;
  },
  updates: {
    subresources: ['status'],
    isCharged: (claim, old, subresource) => subresource === '' || isStatusCharged(claim, old),
  },
  inScope,
};
