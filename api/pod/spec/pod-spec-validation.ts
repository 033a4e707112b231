import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, duplicate, forbidden, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkChoice, checkOptionalChoice } from '../../validation/field-rules.ts';
import { dns1123LabelFaults, dns1123SubdomainFaults, inRangeText, qualifiedNameFaults, subdomainName } from '../../validation/name-rules.ts';
import { checkLabels } from '../../validation/object-meta.ts';
import type { PodSurroundings } from '../container/container-validation.ts';
import { checkContainers, checkEphemeralContainers, checkInitContainers } from '../container/container-validation.ts';
import { checkHostNetworkPorts } from '../container/port-validation.ts';
import { checkAffinity } from '../placement/affinity-validation.ts';
import { checkTolerations } from '../placement/toleration-validation.ts';
import { checkTopologySpread } from '../placement/topology-spread-validation.ts';
import { checkResources } from '../resources/resources-validation.ts';
import type { HostNamespaces } from '../security/security-context-validation.ts';
import { checkHostUsers, checkPodSecurityContext } from '../security/security-context-validation.ts';
import type { VolumeOwner } from '../volume/volume-validation.ts';
import { checkVolumes } from '../volume/volume-validation.ts';
import { checkDnsConfig, checkHostAliases } from './pod-dns-validation.ts';
import { checkPodResources } from './pod-resources-validation.ts';
import type { PodResourceClaim, PodSpec } from './pod-spec.ts';
import { checkHostProcess, checkOs } from './windows-validation.ts';

const RESTART_POLICIES: readonly string[] = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES: readonly string[] = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const MAX_INT32 = 2147483647;

/** The rules of a pod's spec, of a pod (`owner.isPod`) or of a template. */
export function checkPodSpec(errors: FieldError[], spec: PodSpec, owner: VolumeOwner, path: FieldPath): void {
  const gracePeriod = spec.terminationGracePeriodSeconds;
  if (gracePeriod === undefined) errors.push(required(pathText(path, 'terminationGracePeriodSeconds')));
  const volumes = checkVolumes(errors, spec.volumes ?? [], owner, childPath(path, 'volumes'));
  const claims = new Set<string>();
  if (spec.resourceClaims) checkResourceClaims(errors, spec.resourceClaims, claims, childPath(path, 'resourceClaims'));
  const hostUsers = spec.hostUsers ?? true;
  const pod: PodSurroundings = { volumes, claims, gracePeriod, restartPolicy: spec.restartPolicy, hostUsers, os: spec.os?.name };
  const containers = spec.containers ?? [];
  const initContainers = spec.initContainers ?? [];
  checkContainers(errors, containers, pod, childPath(path, 'containers'));
  if (spec.initContainers) checkInitContainers(errors, initContainers, containers, pod, childPath(path, 'initContainers'));
  if (spec.ephemeralContainers) {
    checkEphemeralContainers(errors, spec.ephemeralContainers, [...containers, ...initContainers], pod, childPath(path, 'ephemeralContainers'));
  }
  if (spec.resources) checkPodResources(errors, spec, spec.resources, claims, childPath(path, 'resources'));
  if (spec.hostNetwork) checkHostNetworkPorts(errors, containers, owner.isPod, childPath(path, 'containers'));
  checkChoice(errors, spec.restartPolicy, RESTART_POLICIES, path, 'restartPolicy');
  checkChoice(errors, spec.dnsPolicy, DNS_POLICIES, path, 'dnsPolicy');
  if (spec.nodeSelector) checkLabels(errors, spec.nodeSelector, path, 'nodeSelector');
  const host: HostNamespaces = {
    hostNetwork: spec.hostNetwork ?? false,
    hostPID: spec.hostPID ?? false,
    hostIPC: spec.hostIPC ?? false,
    shareProcessNamespace: spec.shareProcessNamespace,
  };
  checkPodSecurityContext(errors, spec.securityContext, host, childPath(path, 'securityContext'));
  checkAffinity(errors, spec.affinity, childPath(path, 'affinity'));
  checkDnsConfig(errors, spec.dnsConfig, spec.dnsPolicy, childPath(path, 'dnsConfig'));
  checkGates(errors, spec, path);
  if (spec.topologySpreadConstraints) checkTopologySpread(errors, spec.topologySpreadConstraints, childPath(path, 'topologySpreadConstraints'));
  checkHostProcess(errors, spec, path);
  checkHostUsers(errors, hostUsers, host, path);
  checkNames(errors, spec, path);
  if (spec.tolerations) checkTolerations(errors, spec.tolerations, childPath(path, 'tolerations'));
  if (spec.hostAliases) checkHostAliases(errors, spec.hostAliases, childPath(path, 'hostAliases'));
  checkClassNames(errors, spec, path);
  if (spec.overhead) checkResources(errors, { limits: spec.overhead }, undefined, 'container', childPath(path, 'overhead'));
  if (spec.os) {
    if (!spec.os.name) errors.push(required(pathText(path, 'os', 'name'), 'cannot be empty'));
    else if (spec.os.name !== 'linux' && spec.os.name !== 'windows')
      errors.push(notSupported(pathText(path, 'os'), spec.os.name, ['linux', 'windows']));
    else checkOs(errors, spec, path);
  }
}

function checkGates(errors: FieldError[], spec: PodSpec, path: FieldPath): void {
  checkEach(spec.readinessGates ?? [], (gate, i) => {
    const at = indexPath(childPath(path, 'readinessGates'), i);
    addFaults(errors, qualifiedNameFaults(gate.conditionType ?? ''), gate.conditionType ?? '', at, 'conditionType');
  });
  const seen = new Set<string>();
  checkEach(spec.schedulingGates ?? [], (gate, i) => {
    const at = indexPath(childPath(path, 'schedulingGates'), i);
    const name = gate.name ?? '';
    addFaults(errors, qualifiedNameFaults(name), name, at);
    if (seen.has(name)) errors.push(duplicate(pathText(at), name));
    seen.add(name);
  });
}

function checkNames(errors: FieldError[], spec: PodSpec, path: FieldPath): void {
  for (const field of ['serviceAccountName', 'nodeName'] as const) {
    const name = spec[field];
    if (name) addFaults(errors, subdomainName(name, false), name, path, field);
  }
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errors.push(invalid(pathText(path, 'activeDeadlineSeconds'), deadline, inRangeText(1, MAX_INT32)));
  }
  for (const field of ['hostname', 'subdomain'] as const) {
    const name = spec[field];
    if (name) addFaults(errors, dns1123LabelFaults(name), name, path, field);
  }
  if (spec.hostnameOverride !== undefined) checkHostnameOverride(errors, spec, spec.hostnameOverride, path);
}

function checkHostnameOverride(errors: FieldError[], spec: PodSpec, name: string, path: FieldPath): void {
  const field = 'hostnameOverride';
  addFaults(errors, dns1123SubdomainFaults(name), name, path, field);
  // The kernel accepts no longer hostname (HOST_NAME_MAX).
  if (name.length > 64) errors.push(invalid(pathText(path, field), name, 'must be no more than 64 characters'));
  if (spec.hostNetwork) errors.push(forbidden(pathText(path, field), 'may not be set when `hostNetwork` is true'));
  if (spec.setHostnameAsFQDN) errors.push(forbidden(pathText(path, field), 'may not be set when `setHostnameAsFQDN` is true'));
}

function checkClassNames(errors: FieldError[], spec: PodSpec, path: FieldPath): void {
  if (spec.priorityClassName) addFaults(errors, subdomainName(spec.priorityClassName, false), spec.priorityClassName, path, 'priorityClassName');
  const runtimeClass = spec.runtimeClassName;
  if (runtimeClass !== undefined) addFaults(errors, subdomainName(runtimeClass, false), runtimeClass, path, 'runtimeClassName');
  if (spec.preemptionPolicy === '') errors.push(required(pathText(path, 'preemptionPolicy')));
  else checkOptionalChoice(errors, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], path, 'preemptionPolicy');
}

/** Checks the pod's resource claims and collects their names. */
function checkResourceClaims(errors: FieldError[], claims: readonly PodResourceClaim[], names: Set<string>, path: FieldPath): void {
  claims.forEach((claim, i) => {
    const at = indexPath(path, i);
    if (!claim.name) errors.push(required(pathText(at, 'name')));
    else if (names.has(claim.name)) errors.push(duplicate(pathText(at, 'name'), claim.name));
    else {
      addFaults(errors, dns1123LabelFaults(claim.name), claim.name, at, 'name');
      names.add(claim.name);
    }
    const { resourceClaimName: own, resourceClaimTemplateName: template } = claim;
    if (own !== undefined && template !== undefined) {
      errors.push(invalid(pathText(at), claim, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'));
    } else if (own === undefined && template === undefined) {
      errors.push(invalid(pathText(at), claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    }
    if (own !== undefined) addFaults(errors, subdomainName(own, false), own, at, 'resourceClaimName');
    if (template !== undefined) addFaults(errors, subdomainName(template, false), template, at, 'resourceClaimTemplateName');
  });
}
