import type { Strategy } from '../../../definition/strategy.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults } from '../../../validation/field-rules.ts';
import { checkCidr, containsNetwork, parseCidr } from '../../../validation/ip-rules.ts';
import { checkLabelSelector } from '../../../validation/label-selector.ts';
import { portNameFaults, portNumberFaults } from '../../../validation/name-rules.ts';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from './schema.ts';

const SPEC = rootPath('spec');
const PROTOCOLS: readonly string[] = ['TCP', 'UDP', 'SCTP'];
const POLICY_TYPES: readonly string[] = ['Ingress', 'Egress'];

function defaultNetworkPolicy({ spec }: NetworkPolicy): void {
  if (!spec) return;
  for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of ports ?? []) port.protocol ??= 'TCP';
  }
  if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
}

function checkPort(errors: FieldError[], { protocol, port, endPort }: NetworkPolicyPort, path: FieldPath): void {
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) errors.push(notSupported(pathText(path, 'protocol'), protocol, PROTOCOLS));
  const end = pathText(path, 'endPort');
  if (port === undefined) {
    if (endPort !== undefined) errors.push(invalid(end, endPort, 'may not be specified when `port` is not specified'));
  } else if (typeof port === 'string') {
    if (endPort !== undefined) errors.push(invalid(end, endPort, 'may not be specified when `port` is non-numeric'));
    addFaults(errors, portNameFaults(port), port, path, 'port');
  } else {
    addFaults(errors, portNumberFaults(port), port, path, 'port');
    if (endPort === undefined) return;
    // Upstream shows the first port here.
    if (endPort < port) errors.push(invalid(end, port, 'must be greater than or equal to `port`'));
    addFaults(errors, portNumberFaults(endPort), endPort, path, 'endPort');
  }
}

/** Ranges that the stored policy has already may stay as they are, whatever they look like. */
type Kept = ReadonlySet<string>;
const NONE: Kept = new Set();

function checkBlock(errors: FieldError[], { cidr, except = [] }: IPBlock, path: FieldPath, kept: Kept): void {
  if (cidr === '') {
    errors.push(required(pathText(path, 'cidr')));
    return;
  }
  if (!kept.has(cidr)) checkCidr(errors, cidr, childPath(path, 'cidr'));
  const network = parseCidr(cidr);
  if (!network) return;
  except.forEach((range, i) => {
    const place = indexPath(childPath(path, 'except'), i);
    if (!kept.has(range)) checkCidr(errors, range, place);
    const part = parseCidr(range);
    if (part && !containsNetwork(network, part)) errors.push(invalid(pathText(place), range, 'must be a strict subset of `cidr`'));
  });
}

function checkPeer(errors: FieldError[], { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, path: FieldPath, kept: Kept): void {
  checkLabelSelector(errors, podSelector, childPath(path, 'podSelector'));
  checkLabelSelector(errors, namespaceSelector, childPath(path, 'namespaceSelector'));
  if (ipBlock) checkBlock(errors, ipBlock, childPath(path, 'ipBlock'), kept);
  const selected = podSelector !== undefined || namespaceSelector !== undefined;
  if (!selected && !ipBlock) errors.push(required(pathText(path), 'must specify a peer'));
  if (selected && ipBlock) errors.push(forbidden(pathText(path), 'may not specify both ipBlock and another peer'));
}

function checkSpec(errors: FieldError[], spec: NetworkPolicySpec, kept: Kept): void {
  checkLabelSelector(errors, spec.podSelector, childPath(SPEC, 'podSelector'));
  const checkRule = (ports: readonly NetworkPolicyPort[], peers: readonly NetworkPolicyPeer[], peersField: string, path: FieldPath) => {
    ports.forEach((port, i) => {
      checkPort(errors, port, indexPath(childPath(path, 'ports'), i));
    });
    peers.forEach((peer, i) => {
      checkPeer(errors, peer, indexPath(childPath(path, peersField), i), kept);
    });
  };
  spec.ingress?.forEach(({ ports = [], from = [] }, i) => {
    checkRule(ports, from, 'from', indexPath(childPath(SPEC, 'ingress'), i));
  });
  spec.egress?.forEach(({ ports = [], to = [] }, i) => {
    checkRule(ports, to, 'to', indexPath(childPath(SPEC, 'egress'), i));
  });
  const types = spec.policyTypes ?? [];
  if (types.length > POLICY_TYPES.length) {
    errors.push(invalid('spec.policyTypes', types, 'may not specify more than two policyTypes'));
    return;
  }
  types.forEach((type, i) => {
    if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${i}]`, type, POLICY_TYPES));
  });
}

function rangesOf(spec: NetworkPolicySpec | undefined): Kept {
  const peers = [...(spec?.ingress ?? []).flatMap(({ from = [] }) => from), ...(spec?.egress ?? []).flatMap(({ to = [] }) => to)];
  return new Set(peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : [])));
}

function validate({ spec = {} }: NetworkPolicy, kept: Kept): FieldError[] {
  const errors: FieldError[] = [];
  checkSpec(errors, spec, kept);
  return errors;
}

/** The rules of upstream's pkg/apis/networking/validation. */
export const networkPolicyStrategy: Strategy<NetworkPolicy> = {
  generation: 'content',
  default: defaultNetworkPolicy,
  validate: (policy) => validate(policy, NONE),
  validateUpdate: (policy, old) => validate(policy, rangesOf(old.spec)),
};
