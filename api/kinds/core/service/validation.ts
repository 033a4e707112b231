import { checkPort, PROTOCOLS } from '../../../pod/container/port-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { childPath, indexPath, keyPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults, checkChoice } from '../../../validation/field-rules.ts';
import { checkCidr, checkIp, checkNonSpecialIp } from '../../../validation/ip-rules.ts';
import { dns1123LabelFaults, dns1123SubdomainFaults, portNumberFaults, qualifiedNameFaults } from '../../../validation/name-rules.ts';
import { checkLabels } from '../../../validation/object-meta.ts';
import { checkClusterIps } from './address-validation.ts';
import { isExternallyAccessible, isHeadless, needsHealthCheck, takesClusterIp } from './defaults.ts';
import type { Service, ServiceSpec } from './schema.ts';

const SPEC = rootPath('spec');
const PORTS = childPath(SPEC, 'ports');
const ANNOTATIONS = childPath(rootPath('metadata'), 'annotations');
const TYPES: readonly string[] = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const POLICIES: readonly string[] = ['Cluster', 'Local'];
const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode';
const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints';
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const MAX_SESSION_SECONDS = 86400;
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

/** Checks the rules that hold for a service at all times, after cluster IPs and ports are allocated. */
export function validateService(service: Service): FieldError[] {
  const errors: FieldError[] = [];
  const spec = service.spec ?? {};
  const annotations = service.metadata?.annotations ?? {};
  const mode = annotations[TOPOLOGY_MODE];
  if (mode !== undefined && annotations[TOPOLOGY_HINTS] !== undefined && mode !== annotations[TOPOLOGY_HINTS]) {
    errors.push(invalid(pathText(keyPath(ANNOTATIONS, TOPOLOGY_MODE)), mode, `must match annotations[${TOPOLOGY_HINTS}] when both are specified`));
  }
  if (!spec.ports?.length && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  checkType(errors, spec);
  checkPorts(errors, spec);
  if (spec.selector) checkLabels(errors, spec.selector, SPEC, 'selector');
  checkSessionAffinity(errors, spec);
  checkClusterIps(errors, spec);
  spec.externalIPs?.forEach((ip, i) => {
    const at = indexPath(childPath(SPEC, 'externalIPs'), i);
    if (checkIp(errors, ip, at)) checkNonSpecialIp(errors, ip, at);
  });
  checkChoice(errors, spec.type, TYPES, SPEC, 'type');
  checkRepeatedPorts(errors, spec);
  checkSourceRanges(errors, spec, annotations[SOURCE_RANGES]);
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', ONLY_LOAD_BALANCER));
  }
  if (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === undefined) errors.push(required('allocateLoadBalancerNodePorts'));
  checkLoadBalancerClass(errors, spec);
  checkTrafficPolicies(errors, spec);
  return errors;
}

function checkType(errors: FieldError[], spec: ServiceSpec): void {
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    errors.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== 'ExternalName') return;
  const why = 'may not be set for ExternalName services';
  if (spec.clusterIPs?.length) errors.push(forbidden('spec.clusterIPs', why));
  if (spec.ipFamilies?.length) errors.push(forbidden('spec.ipFamilies', why));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', why));
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else addFaults(errors, dns1123SubdomainFaults(name), name, SPEC, 'externalName');
}

function checkPorts(errors: FieldError[], spec: ServiceSpec): void {
  const names = new Set<string>();
  const ports = spec.ports ?? [];
  ports.forEach((port, i) => {
    const at = indexPath(PORTS, i);
    if (port.name) {
      addFaults(errors, dns1123LabelFaults(port.name), port.name, at, 'name');
      if (names.has(port.name)) errors.push(duplicate(pathText(at, 'name'), port.name));
      names.add(port.name);
    } else if (ports.length > 1) errors.push(required(pathText(at, 'name')));
    addFaults(errors, portNumberFaults(port.port ?? 0), port.port ?? 0, at, 'port');
    checkChoice(errors, port.protocol, PROTOCOLS, at, 'protocol');
    checkPort(errors, port.targetPort, at, 'targetPort');
    if (port.appProtocol !== undefined) addFaults(errors, qualifiedNameFaults(port.appProtocol), port.appProtocol, at, 'appProtocol');
  });
}

function checkSessionAffinity(errors: FieldError[], spec: ServiceSpec): void {
  checkChoice(errors, spec.sessionAffinity, ['ClientIP', 'None'], SPEC, 'sessionAffinity');
  const field = 'spec.sessionAffinityConfig';
  if (spec.sessionAffinity === 'ClientIP') {
    const why = 'when session affinity type is ClientIP';
    const config = spec.sessionAffinityConfig;
    const seconds = config?.clientIP?.timeoutSeconds;
    if (!config) errors.push(required(field, why));
    else if (!config.clientIP) errors.push(required(`${field}.clientIP`, why));
    else if (seconds === undefined) errors.push(required(`${field}.clientIP.timeoutSeconds`, why));
    else if (seconds <= 0 || seconds > MAX_SESSION_SECONDS) {
      errors.push(invalid(`${field}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${MAX_SESSION_SECONDS}`));
    }
  } else if (spec.sessionAffinity === 'None' && spec.sessionAffinityConfig) {
    errors.push(forbidden(field, 'must not be set when session affinity is None'));
  }
}

function checkRepeatedPorts(errors: FieldError[], spec: ServiceSpec): void {
  const ports = spec.ports ?? [];
  if (spec.type === 'ClusterIP') {
    ports.forEach((port, i) => {
      if (port.nodePort) errors.push(forbidden(pathText(indexPath(PORTS, i), 'nodePort'), "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const nodePorts = new Set<string>();
  ports.forEach((port, i) => {
    if (!port.nodePort) return;
    const key = `${port.protocol}/${port.nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(pathText(indexPath(PORTS, i), 'nodePort'), port.nodePort));
    nodePorts.add(key);
  });
  const numbers = new Set<string>();
  ports.forEach((port, i) => {
    const key = `${port.protocol}/${port.port}`;
    if (numbers.has(key))
      errors.push(
        duplicate(pathText(indexPath(PORTS, i)), {
          Name: '',
          Protocol: port.protocol,
          AppProtocol: null,
          Port: port.port,
          TargetPort: 0,
          NodePort: 0,
        }),
      );
    numbers.add(key);
  });
}

/** Ranges by field or, in older manifests, by annotation; both may be padded with spaces. */
function checkSourceRanges(errors: FieldError[], spec: ServiceSpec, annotation: string | undefined): void {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0) {
    // The path is spelt with a capital upstream.
    const path = childPath(SPEC, 'LoadBalancerSourceRanges');
    if (spec.type !== 'LoadBalancer') errors.push(forbidden(pathText(path), ONLY_LOAD_BALANCER));
    ranges.forEach((range, i) => {
      checkCidr(errors, range.trim(), indexPath(path, i));
    });
  } else if (annotation !== undefined) {
    const path = keyPath(ANNOTATIONS, SOURCE_RANGES);
    if (spec.type !== 'LoadBalancer') errors.push(forbidden(pathText(path), ONLY_LOAD_BALANCER));
    if (annotation.trim() !== '') for (const range of annotation.split(',')) checkCidr(errors, range.trim(), path);
  }
}

export function checkLoadBalancerClass(errors: FieldError[], spec: ServiceSpec): void {
  const name = spec.loadBalancerClass;
  if (name === undefined) return;
  if (spec.type !== 'LoadBalancer') errors.push(forbidden('spec.loadBalancerClass', ONLY_LOAD_BALANCER));
  else addFaults(errors, qualifiedNameFaults(name), name, SPEC, 'loadBalancerClass');
}

function checkTrafficPolicies(errors: FieldError[], spec: ServiceSpec): void {
  if (isExternallyAccessible(spec)) checkChoice(errors, spec.externalTrafficPolicy, POLICIES, SPEC, 'externalTrafficPolicy');
  else if (spec.externalTrafficPolicy) {
    errors.push(invalid('spec.externalTrafficPolicy', spec.externalTrafficPolicy, 'may only be set for externally-accessible services'));
  }
  const port = spec.healthCheckNodePort ?? 0;
  if (needsHealthCheck(spec)) {
    if (port === 0) errors.push(required('spec.healthCheckNodePort'));
    else addFaults(errors, portNumberFaults(port), port, SPEC, 'healthCheckNodePort');
  } else if (port !== 0) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid('spec.healthCheckNodePort', port, why));
  }
  const internal = spec.internalTrafficPolicy;
  if (internal === undefined && takesClusterIp(spec)) errors.push(required('spec.internalTrafficPolicy'));
  if (internal !== undefined && !POLICIES.includes(internal)) errors.push(notSupported('spec.internalTrafficPolicy', internal, POLICIES));
  const distribution = spec.trafficDistribution;
  const known = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (distribution !== undefined && !known.includes(distribution)) {
    errors.push(notSupported('spec.trafficDistribution', distribution, known));
  }
}
