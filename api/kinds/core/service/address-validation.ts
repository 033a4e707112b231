import type { Steps } from '../../../../base/steps.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { checkEach, duplicate, forbidden, invalid, notSupported, required, searchLater } from '../../../schema/field-error.ts';
import { childPath, indexPath, rootPath } from '../../../validation/field-path.ts';
import { checkIp, isDualStack, isIpv6, parseIp } from '../../../validation/ip-rules.ts';
import { dns1123SubdomainFaults } from '../../../validation/name-rules.ts';
import { isHeadless, needsHealthCheck } from './defaults.ts';
import type { Service, ServiceSpec } from './schema.ts';

const FAMILIES: readonly string[] = ['IPv4', 'IPv6'];
const FAMILY_POLICIES: readonly string[] = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const CLUSTER_IPS = childPath(rootPath('spec'), 'clusterIPs');
const ONCE = 'may not change once set';

/** Checks that cluster IPs, families and their policy agree. Also used before allocation. */
export function checkClusterIps(errors: FieldError[], spec: ServiceSpec): void {
  if (spec.type === 'ExternalName') return;
  const ips = spec.clusterIPs ?? [];
  if (spec.clusterIP) {
    if (ips.length === 0) errors.push(required('spec.clusterIPs'));
    else if (ips[0] !== spec.clusterIP) errors.push(invalid('spec.clusterIPs', ips, 'first value must match `clusterIP`'));
  } else if (ips.length > 0) errors.push(invalid('spec.clusterIPs', ips, 'must be empty when `clusterIP` is not specified'));
  const families = spec.ipFamilies ?? [];
  const seen = new Set<string>();
  checkEach(families, (family, i) => {
    if (!FAMILIES.includes(family)) errors.push(notSupported(`spec.ipFamilies[${i}]`, family, FAMILIES));
    if (seen.has(family)) errors.push(duplicate(`spec.ipFamilies[${i}]`, family));
    seen.add(family);
  });
  const policy = spec.ipFamilyPolicy;
  if (policy !== undefined && !FAMILY_POLICIES.includes(policy)) errors.push(notSupported('spec.ipFamilyPolicy', policy, FAMILY_POLICIES));
  searchLater(() => checkAddresses(errors, spec, ips, families));
}

/** Addresses that are checked in one step. */
const STEP_COUNT = 200;

function* checkAddresses(errors: FieldError[], spec: ServiceSpec, ips: readonly string[], families: readonly string[]): Steps<void> {
  let unreadable = false;
  for (const [i, ip] of ips.entries()) {
    if (i === 0 && ip === 'None') {
      if (ips.length === 1) continue;
      unreadable = true;
      errors.push(invalid('spec.clusterIPs', ips, "'None' must be the first and only value"));
    } else if (!checkIp(errors, ip, indexPath(CLUSTER_IPS, i))) unreadable = true;
    if (i % STEP_COUNT === STEP_COUNT - 1) yield;
  }
  if (ips.length > 2) errors.push(invalid('spec.clusterIPs', ips, 'may only hold up to 2 values'));
  if (unreadable) return;
  if (ips.length > 1 && !isDualStack(ips)) {
    errors.push(invalid('spec.clusterIPs', ips, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return;
  for (const [i, ip] of ips.entries()) {
    const family = families[i];
    const expected = isIpv6(ip) ? 'IPv6' : 'IPv4';
    if (family !== undefined && FAMILIES.includes(family) && family !== expected) {
      errors.push(invalid(`spec.clusterIPs[${i}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
    }
    if (i % STEP_COUNT === STEP_COUNT - 1) yield;
  }
}

/** A service keeps its first address and family, unless it becomes or was an ExternalName or headless one. */
export function checkAddressUpdate(errors: FieldError[], spec: ServiceSpec, old: ServiceSpec): void {
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    if (!isHeadless(spec) || !isHeadless(old)) checkClusterIpUpdate(errors, spec, old);
    if (!isHeadless(spec) && !isHeadless(old)) checkFamilyUpdate(errors, spec, old);
  }
  if (spec.type === 'LoadBalancer' && old.type === 'LoadBalancer' && spec.loadBalancerClass !== old.loadBalancerClass) {
    errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? null, ONCE));
  }
  if (needsHealthCheck(old) && needsHealthCheck(spec) && spec.healthCheckNodePort !== old.healthCheckNodePort) {
    errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
  }
}

function checkClusterIpUpdate(errors: FieldError[], spec: ServiceSpec, old: ServiceSpec): void {
  const ips = spec.clusterIPs ?? [];
  const before = old.clusterIPs ?? [];
  if (ips.length === before.length) {
    before.forEach((ip, i) => {
      if (ip !== ips[i]) errors.push(invalid(`spec.clusterIPs[${i}]`, ips, ONCE));
    });
    return;
  }
  if (ips.length === 0) errors.push(invalid('spec.clusterIPs[0]', ips, 'primary clusterIP can not be unset'));
  else if (before.length > 0 && ips[0] !== before[0]) errors.push(invalid('spec.clusterIPs[0]', ips, ONCE));
  checkDowngrade(errors, spec, ips.length === 1 && before.length > 1, 'clusterIP');
}

function checkFamilyUpdate(errors: FieldError[], spec: ServiceSpec, old: ServiceSpec): void {
  const families = spec.ipFamilies ?? [];
  const before = old.ipFamilies ?? [];
  // A family that there is not is an error of its own, which allocation reports before it compares.
  if (families.some((family) => !FAMILIES.includes(family))) return;
  const changed = (i: number) => families[i] !== before[i];
  if (families.length === before.length) {
    for (const i of before.keys()) if (changed(i)) errors.push(invalid('spec.ipFamilies[0]', families, ONCE));
    return;
  }
  if (families.length < before.length && !spec.clusterIPs?.length) {
    errors.push(invalid('spec.ipFamilies[0]', families, 'primary ipFamily can not be unset'));
  }
  if (families.length > 0 && before.length > 0 && changed(0)) errors.push(invalid('spec.ipFamilies[0]', spec.clusterIPs ?? [], ONCE));
  checkDowngrade(errors, spec, families.length === 1 && before.length > 1, 'ipFamily');
}

function checkDowngrade(errors: FieldError[], spec: ServiceSpec, released: boolean, what: string): void {
  if (!released || spec.ipFamilyPolicy === 'SingleStack') return;
  errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy ?? null, `must be set to 'SingleStack' when releasing the secondary ${what}`));
}

/** Checks an update of the status subresource: the addresses of the load balancer. */
export function validateServiceStatus(service: Service): FieldError[] {
  const errors: FieldError[] = [];
  const ingresses = service.status?.loadBalancer?.ingress ?? [];
  const path = 'status.loadBalancer.ingress';
  if (ingresses.length > 0 && service.spec?.type !== 'LoadBalancer') {
    return [forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  ingresses.forEach((ingress, i) => {
    const at = `${path}[${i}]`;
    const { ip, ipMode, hostname } = ingress;
    if (ip) checkIp(errors, ip, rootPath(`${at}.ip`));
    if (ip && ipMode === undefined) errors.push(required(`${at}.ipMode`, 'must be specified when `ip` is set'));
    else if (!ip && ipMode !== undefined) errors.push(forbidden(`${at}.ipMode`, 'may not be specified when `ip` is not set'));
    else if (ipMode !== undefined && ipMode !== 'VIP' && ipMode !== 'Proxy') errors.push(notSupported(`${at}.ipMode`, ipMode, ['Proxy', 'VIP']));
    if (!hostname) return;
    for (const fault of dns1123SubdomainFaults(hostname)) errors.push(invalid(`${at}.hostname`, hostname, fault));
    if (parseIp(hostname)) errors.push(invalid(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address'));
  });
  return errors;
}
