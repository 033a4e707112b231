import type { Strategy } from '../../../definition/strategy.ts';
import { labelName } from '../../../validation/name-rules.ts';
import { checkAddressUpdate, validateServiceStatus } from './address-validation.ts';
import { defaultService, prepareServiceCreate, prepareServiceUpdate } from './defaults.ts';
import type { Service } from './schema.ts';
import { checkLoadBalancerClass, validateService } from './validation.ts';

function warnings({ spec = {}, metadata }: Service): string[] {
  const found: string[] = [];
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === 'None';
  if (metadata?.annotations?.['service.kubernetes.io/topology-aware-hints'] !== undefined) {
    found.push('annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead');
  }
  if (headless) {
    if (spec.loadBalancerIP) found.push('spec.loadBalancerIP is ignored for headless services');
    if (spec.externalIPs?.length) found.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') found.push('spec.SessionAffinity is ignored for headless services');
  }
  if (spec.externalIPs?.length && !headless && spec.type !== 'ExternalName') {
    found.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (spec.type === 'ExternalName' && spec.externalIPs?.length) found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec.type !== 'ExternalName' && spec.externalName) found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose') {
    found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return found;
}

export const serviceStrategy: Strategy<Service> = {
  validateName: labelName,
  default: defaultService,
  prepareForCreate: prepareServiceCreate,
  prepareForUpdate: prepareServiceUpdate,
  prepareForStatusUpdate: (service, old) => {
    service.spec = old.spec;
  },
  validate: validateService,
  validateUpdate: (service, old) => {
    const errors = validateService(service);
    const changes: typeof errors = [];
    checkAddressUpdate(changes, service.spec ?? {}, old.spec ?? {});
    // As upstream, an update checks the class twice.
    checkLoadBalancerClass(changes, service.spec ?? {});
    return [...changes, ...errors];
  },
  validateStatusUpdate: validateServiceStatus,
  warnings,
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
};
