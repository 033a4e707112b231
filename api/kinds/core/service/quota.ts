import type { QuotaRule } from '../../../definition/quota-rule.ts';
import type { ResourceList } from '../../../schema/resource-list.ts';
import type { Service } from './schema.ts';

function serviceUsage(service: Service): ResourceList {
  const spec = service.spec;
  const ports = spec?.ports ?? [];
  const balanced = spec?.type === 'LoadBalancer';
  const unallocated = balanced && spec?.allocateLoadBalancerNodePorts === false;
  const nodePorts = unallocated ? ports.filter((port) => (port.nodePort ?? 0) > 0).length : balanced || spec?.type === 'NodePort' ? ports.length : 0;
  return { services: '1', 'services.nodeports': `${nodePorts}`, 'services.loadbalancers': balanced ? '1' : '0' };
}

const SERVICE_RESOURCES: ReadonlySet<string> = new Set(['services', 'services.nodeports', 'services.loadbalancers']);

export const serviceQuota: QuotaRule<Service> = {
  covers: (resource) => SERVICE_RESOURCES.has(resource),
  usage: serviceUsage,
  updates: {},
};
