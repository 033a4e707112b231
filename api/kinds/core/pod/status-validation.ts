import type { Live } from '../../../meta/object.ts';
import type { ContainerStatus } from '../../../pod/container/container-status.ts';
import { mayRestartAll, restartsAfter } from '../../../pod/container/restart-rules.ts';
import { checkPodAnnotations, checkPodAnnotationsUpdate } from '../../../pod/spec/pod-annotations-validation.ts';
import type { PodSpec } from '../../../pod/spec/pod-spec.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { checkEach, duplicate, forbidden, invalid } from '../../../schema/field-error.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults, checkImmutable } from '../../../validation/field-rules.ts';
import { checkIp, isDualStack } from '../../../validation/ip-rules.ts';
import { checkRepeats, firstByName } from '../../../validation/list-rules.ts';
import { qualifiedNameFaults, subdomainName, userIdFaults } from '../../../validation/name-rules.ts';
import { checkExtendedClaimStatus } from './extended-claim-status.ts';
import type { Pod, PodStatus } from './schema.ts';
import { POD_ANNOTATIONS } from './validation.ts';

const STATUS = rootPath('status');
const SYSTEM_CONDITIONS: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized']);
const STATUS_LISTS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

/** The rules of an update of the status subresource. */
export function validatePodStatusUpdate(pod: Pod, old: Live<Pod>): FieldError[] {
  const errors: FieldError[] = [];
  const spec = old.spec ?? { containers: [] };
  const status = pod.status ?? {};
  const before = old.status ?? {};
  checkPodAnnotationsUpdate(errors, pod.metadata?.annotations, old.metadata.annotations, POD_ANNOTATIONS);
  checkPodAnnotations(errors, pod.metadata?.annotations, spec, POD_ANNOTATIONS);
  status.conditions?.forEach((condition, i) => {
    if (SYSTEM_CONDITIONS.has(condition.type)) return;
    addFaults(errors, qualifiedNameFaults(condition.type ?? ''), condition.type ?? '', rootPath(`status.conditions[${i}].Type`));
  });
  if (pod.spec?.nodeName !== spec.nodeName) errors.push(forbidden('status.nodeName', 'may not be changed directly'));
  const nominated = status.nominatedNodeName;
  if (nominated && nominated !== before.nominatedNodeName) {
    addFaults(errors, subdomainName(nominated, false), nominated, STATUS, 'nominatedNodeName');
  }
  checkImmutable(errors, status.qosClass, before.qosClass, 'status.qosClass');
  checkTransitions(errors, status, before, spec);
  checkClaimStatuses(errors, status, spec);
  checkExtendedClaimStatus(errors, status.extendedResourceClaimStatus, spec);
  checkAddresses(errors, status);
  for (const list of STATUS_LISTS) checkUsers(errors, status[list] ?? [], spec.os?.name ?? 'linux', childPath(STATUS, list));
  return errors;
}

/** Refuses that a container that is not restarted leaves the state terminated. Ephemeral containers never are, whatever the pod's policy. */
function checkTransitions(errors: FieldError[], status: PodStatus, old: PodStatus, spec: PodSpec): void {
  if (mayRestartAll(spec)) return;
  const containersOf = { containerStatuses: spec.containers, initContainerStatuses: spec.initContainers, ephemeralContainerStatuses: [] };
  for (const list of STATUS_LISTS) {
    const containers = firstByName(containersOf[list] ?? []);
    const next = firstByName(status[list] ?? []);
    old[list]?.forEach((before, i) => {
      const ended = before.state?.terminated;
      const container = containers.get(before.name);
      if (!ended || (container && restartsAfter(container, spec, ended.exitCode))) return;
      const now = next.get(before.name);
      if (now && !now.state?.terminated) {
        errors.push(forbidden(`status.${list}[${i}].state`, 'may not be transitioned to non-terminated state'));
      }
    });
  }
}

function checkClaimStatuses(errors: FieldError[], status: PodStatus, spec: PodSpec): void {
  const seen = new Set<string>();
  const known = new Set(spec.resourceClaims?.map((claim) => claim.name));
  status.resourceClaimStatuses?.forEach((claim, i) => {
    const field = `status.resourceClaimStatuses[${i}].name`;
    if (!known.has(claim.name)) {
      errors.push(invalid(field, claim.name, 'must match the name of an entry in `spec.resourceClaims`'));
    }
    if (seen.has(claim.name)) errors.push(duplicate(field, claim.name));
    seen.add(claim.name);
    const made = claim.resourceClaimName;
    if (made !== undefined) for (const fault of subdomainName(made, false)) errors.push(invalid(field, made, fault));
  });
}

function checkAddresses(errors: FieldError[], status: PodStatus): void {
  checkIpList(errors, status.podIPs ?? [], 'podIPs');
  const hostIPs = status.hostIPs ?? [];
  if (hostIPs[0] && (status.hostIP ?? '') !== hostIPs[0].ip) {
    errors.push(invalid('status.hostIPs[0].ip', hostIPs[0].ip, 'must be equal to `hostIP`'));
  }
  checkIpList(errors, hostIPs, 'hostIPs');
}

/** At most one address of each family. */
function checkIpList(errors: FieldError[], list: readonly { readonly ip: string }[], name: string): void {
  const path = childPath(STATUS, name);
  const addresses = list.map((entry) => entry.ip ?? '');
  checkEach(addresses, (address, i) => checkIp(errors, address, indexPath(path, i)));
  if (list.length < 2) return;
  if (list.length > 2 || !isDualStack(addresses)) errors.push(invalid(pathText(path), list, 'may specify no more than one IP for each IP family'));
  if (name === 'podIPs') checkRepeats(addresses, (_, i) => errors.push(duplicate(pathText(indexPath(path, i)), list[i])));
}

function checkUsers(errors: FieldError[], statuses: readonly ContainerStatus[], os: string, path: FieldPath): void {
  statuses.forEach((status, i) => {
    const user = status.user?.linux;
    if (!user) return;
    const at = childPath(indexPath(path, i), 'linux');
    if (os === 'windows') {
      errors.push(forbidden(pathText(at), 'cannot be set for a windows pod'));
      return;
    }
    addFaults(errors, userIdFaults(user.uid), user.uid, at, 'uid');
    addFaults(errors, userIdFaults(user.gid), user.gid, at, 'gid');
    user.supplementalGroups?.forEach((group, j) => {
      addFaults(errors, userIdFaults(group), group, indexPath(childPath(at, 'supplementalGroups'), j));
    });
  });
}
