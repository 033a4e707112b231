import type { AllocatedDeviceStatus, AllocationResult, ResourceClaimStatus } from '../../../../api/kinds/resource/allocation.ts';
import { identityOf } from '../../../../api/kinds/resource/allocation-rules.ts';
import type { ResourceClaim } from '../../../../api/kinds/resource/index.ts';
import { resourceClaims } from '../../../../api/kinds/resource/index.ts';
import { errors } from '../../../../api/meta/status-error.ts';
import type { FieldError } from '../../../../api/schema/field-error.ts';
import { forbidden } from '../../../../api/schema/field-error.ts';
import { semanticEqual } from '../../../../base/equality.ts';
import { forbidden as refusal } from '../../../authz/refusal.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../../contract/admission.ts';
import type { Authorizer } from '../../../contract/authorizer.ts';
import type { UserInfo } from '../../../contract/request.ts';
import { handlesStatus } from './claim-status.ts';

/** The action on a subresource of claims that exists for authorisation alone. */
interface SyntheticAction {
  readonly verb: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Returns upstream's sentence for a refusal; undefined if the user may do it. */
async function refusalOf(authorizer: Authorizer, user: UserInfo, action: SyntheticAction): Promise<string | undefined> {
  const { group, version, plural: resource } = resourceClaims;
  const attributes = { user, isResource: true, group, version, resource, path: '', ...action };
  const { verdict, reason, evaluationError } = await authorizer.authorize(attributes);
  if (verdict === 'allow') return undefined;
  const why = [evaluationError, reason].filter((text) => text !== undefined && text !== '').join(': ');
  return refusal(attributes, why).message;
}

const bindingOf = ({ allocation, reservedFor }: ResourceClaimStatus) => ({ allocation, reservedFor });

/** Asks whether the user may allocate and reserve claims, any of them, if an update does so. */
async function bindingFaults(
  authorizer: Authorizer,
  { user, requestVerb: verb }: AdmissionAttributes,
  status: ResourceClaimStatus,
  old: ResourceClaimStatus,
): Promise<readonly FieldError[]> {
  if (semanticEqual(bindingOf(status), bindingOf(old))) return [];
  const why = await refusalOf(authorizer, user, { verb, subresource: 'binding', namespace: '', name: '' });
  if (why === undefined) return [];
  const needed = `resource="resourceclaims/binding", verb="${verb}" permission`;
  return [forbidden('status.allocation', `changing status.allocation or status.reservedFor requires ${needed}: ${why}`)];
}

/** Returns the drivers whose reports an update adds, changes or removes, in order. */
function changedDrivers(devices: readonly AllocatedDeviceStatus[], old: readonly AllocatedDeviceStatus[]): readonly string[] {
  const drivers = new Set<string>();
  const before = new Map(old.map((device) => [identityOf(device), device]));
  for (const device of devices) {
    const id = identityOf(device);
    if (!semanticEqual(before.get(id), device)) drivers.add(device.driver);
    before.delete(id);
  }
  for (const { driver } of before.values()) drivers.add(driver);
  return [...drivers].sort();
}

/** Returns the one node that an allocation is for; undefined if it is for others, too. */
function allocatedNode({ nodeSelector }: AllocationResult): string | undefined {
  const [term, second] = nodeSelector?.nodeSelectorTerms ?? [];
  if (!term || second || term.matchExpressions?.length) return undefined;
  const [field, other] = term.matchFields ?? [];
  if (!field || other || field.key !== 'metadata.name' || field.operator !== 'In' || field.values?.length !== 1) return undefined;
  return field.values[0] || undefined;
}

const NODE_NAME = 'authentication.kubernetes.io/node-name';

/** Whether the user is a service account whose token is bound to the node. */
function isOnNode({ name, extra }: UserInfo, node: string | undefined): boolean {
  const nodes = extra?.[NODE_NAME];
  return node !== undefined && /^system:serviceaccount:[^:]+:[^:]+$/.test(name) && nodes?.length === 1 && nodes[0] === node;
}

/** Asks whether the user may report on the devices of each driver: from the node of the claim, or from anywhere. */
async function deviceFaults(
  authorizer: Authorizer,
  { user, requestVerb, key }: AdmissionAttributes,
  status: ResourceClaimStatus,
  old: ResourceClaimStatus,
): Promise<readonly FieldError[]> {
  // With the allocation the reports are dropped, whoever frees the devices.
  if (!status.allocation) return [];
  const verbs = [`arbitrary-node:${requestVerb}`];
  if (isOnNode(user, allocatedNode(status.allocation))) verbs.unshift(`associated-node:${requestVerb}`);
  const faults: FieldError[] = [];
  for (const driver of changedDrivers(status.devices ?? [], old.devices ?? [])) {
    const refusals: string[] = [];
    for (const verb of verbs) {
      const why = await refusalOf(authorizer, user, { verb, subresource: 'driver', namespace: key.namespace, name: driver });
      if (why === undefined) break;
      refusals.push(why);
    }
    if (refusals.length < verbs.length) continue;
    const needed = `resource="resourceclaims/driver", verb="[${verbs.join(' ')}]" permission`;
    faults.push(forbidden('status.devices', `changing status.devices requires ${needed}: ${refusals[0]}`));
  }
  return faults;
}

/**
 * Asks the authorizer about the parts of a claim's status that an update changes (DRAResourceClaimGranularStatusAuthorization): who may write
 * the status may not write all of it. Part of validation upstream; here it waits for the authorizer.
 */
export const deviceStatusAccess = (authorizer: Authorizer): AdmissionPlugin => ({
  name: 'ResourceClaimStatusAuthorization',
  handles: handlesStatus,
  async validate(attributes) {
    const claim = attributes.object as ResourceClaim;
    const old = (attributes.old as ResourceClaim | undefined)?.status ?? {};
    const status = claim.status ?? {};
    const faults = [...(await bindingFaults(authorizer, attributes, status, old)), ...(await deviceFaults(authorizer, attributes, status, old))];
    if (faults.length > 0) throw errors.invalid(attributes.kind, claim.metadata?.name ?? '', faults);
  },
});
