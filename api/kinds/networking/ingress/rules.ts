import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import type { TypedLocalObjectReference } from '../../../pod/reference.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, notSupported, required } from '../../../schema/field-error.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults } from '../../../validation/field-rules.ts';
import { checkIp, parseIp } from '../../../validation/ip-rules.ts';
import {
  dns1123LabelFaults,
  dns1123SubdomainFaults,
  pathSegmentName,
  portNameFaults,
  portNumberFaults,
  wildcardSubdomainFaults,
} from '../../../validation/name-rules.ts';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec, IngressTLS } from './schema.ts';

const SPEC = rootPath('spec');
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES: readonly string[] = ['Exact', 'ImplementationSpecific', 'Prefix'];
const FORBIDDEN_IN_PATHS: readonly string[] = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_ENDS: readonly string[] = ['/..', '/.'];
const NO_IP = 'must be a DNS name, not an IP address';

/** Rules that an update may break where the stored object does already. */
interface Leniency {
  readonly secretNames: boolean;
  readonly wildcardRules: boolean;
}
const STRICT: Leniency = { secretNames: false, wildcardRules: false };

const isWildcard = (host: string): boolean => host.includes('*');
const hostFaults = (host: string): readonly string[] => (isWildcard(host) ? wildcardSubdomainFaults(host) : dns1123SubdomainFaults(host));

function checkReference(errors: FieldError[], { apiGroup, kind, name }: TypedLocalObjectReference, path: FieldPath): void {
  if (typeof apiGroup === 'string') addFaults(errors, dns1123SubdomainFaults(apiGroup), apiGroup, path, 'apiGroup');
  for (const [field, value] of [
    ['kind', kind],
    ['name', name],
  ] as const) {
    if (value === '') errors.push(required(pathText(path, field)));
    else addFaults(errors, pathSegmentName(value, false), value, path, field);
  }
}

function checkService(errors: FieldError[], { name, port = {} }: IngressServiceBackend, path: FieldPath): void {
  if (name === '') errors.push(required(pathText(path, 'service', 'name')));
  else addFaults(errors, dns1123LabelFaults(name), name, path, 'service', 'name');
  if (port.name && port.number) errors.push(invalid(pathText(path), '', 'cannot set both port name & port number'));
  else if (port.name) addFaults(errors, portNameFaults(port.name), port.name, path, 'service', 'port', 'name');
  else if (port.number) addFaults(errors, portNumberFaults(port.number), port.number, path, 'service', 'port', 'number');
  else errors.push(required(pathText(path), 'port name or number is required'));
}

function checkBackend(errors: FieldError[], { resource, service }: IngressBackend, path: FieldPath): void {
  if (resource && service) errors.push(invalid(pathText(path), '', 'cannot set both resource and service backends'));
  else if (resource) checkReference(errors, resource, childPath(path, 'resource'));
  else if (service) checkService(errors, service, path);
  else errors.push(invalid(pathText(path), '', 'resource or service backend is required'));
}

function checkPath(errors: FieldError[], { path = '', pathType, backend }: HTTPIngressPath, at: FieldPath): void {
  if (pathType === undefined) {
    errors.push(required(pathText(at, 'pathType'), 'pathType must be specified'));
    return;
  }
  const field = pathText(at, 'path');
  const isPattern = pathType === 'Exact' || pathType === 'Prefix';
  if (!PATH_TYPES.includes(pathType)) errors.push(notSupported(pathText(at, 'pathType'), pathType, PATH_TYPES));
  else if (!path.startsWith('/') && (isPattern || path !== '')) errors.push(invalid(field, path, 'must be an absolute path'));
  if (isPattern) {
    for (const part of FORBIDDEN_IN_PATHS) if (path.includes(part)) errors.push(invalid(field, path, `must not contain '${part}'`));
    for (const end of FORBIDDEN_ENDS) if (path.endsWith(end)) errors.push(invalid(field, path, `cannot end with '${end}'`));
  }
  checkBackend(errors, backend, childPath(at, 'backend'));
}

function checkHttp(errors: FieldError[], { http }: IngressRule, path: FieldPath): void {
  if (!http) return;
  const paths = childPath(childPath(path, 'http'), 'paths');
  if (!http.paths?.length) errors.push(required(pathText(paths)));
  http.paths?.forEach((one, i) => {
    checkPath(errors, one, indexPath(paths, i));
  });
}

function checkRule(errors: FieldError[], rule: IngressRule, path: FieldPath, lenient: Leniency): void {
  const { host = '' } = rule;
  if (host !== '') {
    if (parseIp(host)) errors.push(invalid(pathText(path, 'host'), host, NO_IP));
    addFaults(errors, hostFaults(host), host, path, 'host');
  }
  if (!isWildcard(host) || !lenient.wildcardRules) checkHttp(errors, rule, path);
}

const secretNameFaults = (name: string): readonly string[] => (name === '' ? [] : dns1123SubdomainFaults(name));

function checkTls(errors: FieldError[], { hosts = [], secretName = '' }: IngressTLS, path: FieldPath, lenient: Leniency): void {
  hosts.forEach((host, i) => {
    addFaults(errors, hostFaults(host), host, indexPath(childPath(path, 'hosts'), i));
  });
  if (!lenient.secretNames) addFaults(errors, secretNameFaults(secretName), secretName, path, 'secretName');
}

function checkSpec(errors: FieldError[], spec: IngressSpec, lenient: Leniency): void {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && !defaultBackend) {
    errors.push(invalid('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend) checkBackend(errors, defaultBackend, childPath(SPEC, 'defaultBackend'));
  rules.forEach((rule, i) => {
    checkRule(errors, rule, indexPath(childPath(SPEC, 'rules'), i), lenient);
  });
  tls.forEach((one, i) => {
    checkTls(errors, one, indexPath(childPath(SPEC, 'tls'), i), lenient);
  });
  if (ingressClassName !== undefined) addFaults(errors, dns1123SubdomainFaults(ingressClassName), ingressClassName, SPEC, 'ingressClassName');
}

/** Finds which rules the stored object breaks. */
function leniencyFor({ spec }: Live<Ingress>): Leniency {
  const wildcards: FieldError[] = [];
  for (const rule of spec?.rules ?? []) if (isWildcard(rule.host ?? '')) checkHttp(wildcards, rule, SPEC);
  return {
    secretNames: spec?.tls?.some(({ secretName = '' }) => secretNameFaults(secretName).length > 0) ?? false,
    wildcardRules: wildcards.length > 0,
  };
}

function validate({ metadata, spec = {} }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  checkSpec(errors, spec, STRICT);
  const annotated = metadata?.annotations?.[CLASS_ANNOTATION];
  if (annotated !== undefined && spec.ingressClassName !== undefined && annotated !== spec.ingressClassName) {
    errors.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotated, 'must match `ingressClassName` when both are specified'));
  }
  return errors;
}

function validateStatusUpdate({ status }: Ingress, old: Live<Ingress>): FieldError[] {
  const errors: FieldError[] = [];
  const kept = new Set(old.status?.loadBalancer?.ingress?.map(({ ip }) => ip));
  const path = childPath(childPath(rootPath('status'), 'loadBalancer'), 'ingress');
  status?.loadBalancer?.ingress?.forEach(({ ip, hostname }, i) => {
    const place = indexPath(path, i);
    if (ip && !kept.has(ip)) checkIp(errors, ip, childPath(place, 'ip'));
    if (!hostname) return;
    addFaults(errors, dns1123SubdomainFaults(hostname), hostname, place, 'hostname');
    if (parseIp(hostname)) errors.push(invalid(pathText(place, 'hostname'), hostname, NO_IP));
  });
  return errors;
}

/** The rules of upstream's pkg/apis/networking/validation. */
export const ingressStrategy: Strategy<Ingress> = {
  generation: 'content',
  metadataChecks: { onUpdate: ['change', 'whole'] },
  default({ spec }) {
    // An empty list is written like an absent one, but an error shows the difference.
    if (spec?.defaultBackend && spec.rules?.length === 0) delete spec.rules;
  },
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  prepareForUpdate(ingress, old) {
    ingress.status = old.status;
  },
  prepareForStatusUpdate(ingress, old) {
    ingress.spec = old.spec;
  },
  validate,
  validateUpdate({ spec = {} }, old) {
    const errors: FieldError[] = [];
    checkSpec(errors, spec, leniencyFor(old));
    return errors;
  },
  validateStatusUpdate,
  warnings({ metadata }, old) {
    if (old || metadata?.annotations?.[CLASS_ANNOTATION] === undefined) return [];
    return [`annotation ${JSON.stringify(CLASS_ANNOTATION)} is deprecated, please use 'spec.ingressClassName' instead`];
  },
};
