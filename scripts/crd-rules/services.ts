import type { ConstraintsByPath } from './placement.ts';
import { dnsLabel, dnsName, portNumber, portOrNone } from './values.ts';

const MAX_PORTS = 256;
const MAX_ADDRESSES = 64;
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";
const IS_LOAD_BALANCER = "has(self.type) && self.type == 'LoadBalancer'";
const IS_EXTERNAL_NAME = "has(self.type) && self.type == 'ExternalName'";
const IS_HEADLESS = "has(self.clusterIP) && self.clusterIP == 'None'";
const HAS_NODE_PORTS = "has(self.type) && self.type in ['NodePort', 'LoadBalancer']";

export const serviceRules: ConstraintsByPath = {
  '': { rules: [{ rule: "!self.metadata.name.contains('.')", message: 'metadata.name: must not contain dots' }] },
  spec: {
    rules: [
      {
        rule: `(has(self.ports) && size(self.ports) > 0) || (${IS_HEADLESS}) || (${IS_EXTERNAL_NAME})`,
        message: 'Required value',
        fieldPath: '.ports',
        reason: 'FieldValueRequired',
      },
      {
        rule: `!(${IS_EXTERNAL_NAME}) || (has(self.externalName) && self.externalName != '')`,
        message: 'Required value',
        fieldPath: '.externalName',
        reason: 'FieldValueRequired',
      },
      {
        rule: `!(${IS_EXTERNAL_NAME}) || !has(self.clusterIP) || self.clusterIP == ''`,
        message: 'may not be set for ExternalName services',
        fieldPath: '.clusterIPs',
        reason: 'FieldValueForbidden',
      },
      {
        rule: `!(${HAS_NODE_PORTS}) || !(${IS_HEADLESS})`,
        message: "may not be set to 'None' for NodePort and LoadBalancer services",
        messageExpression: "\"may not be set to 'None' for \" + (has(self.type) ? self.type : '') + ' services'",
        fieldPath: '.clusterIPs',
      },
      {
        rule: `!has(self.loadBalancerSourceRanges) || size(self.loadBalancerSourceRanges) == 0 || (${IS_LOAD_BALANCER})`,
        message: ONLY_LOAD_BALANCER,
        fieldPath: '.loadBalancerSourceRanges',
        reason: 'FieldValueForbidden',
      },
      {
        rule: `!has(self.loadBalancerClass) || (${IS_LOAD_BALANCER})`,
        message: ONLY_LOAD_BALANCER,
        fieldPath: '.loadBalancerClass',
        reason: 'FieldValueForbidden',
      },
      {
        rule: `!has(self.allocateLoadBalancerNodePorts) || (${IS_LOAD_BALANCER})`,
        message: ONLY_LOAD_BALANCER,
        fieldPath: '.allocateLoadBalancerNodePorts',
        reason: 'FieldValueForbidden',
      },
      {
        rule: `!has(self.externalTrafficPolicy) || (${HAS_NODE_PORTS}) || (has(self.externalIPs) && size(self.externalIPs) > 0)`,
        message: 'may only be set for externally-accessible services',
        fieldPath: '.externalTrafficPolicy',
      },
      {
        rule: `!has(self.healthCheckNodePort) || self.healthCheckNodePort == 0 || (${IS_LOAD_BALANCER} && has(self.externalTrafficPolicy) && self.externalTrafficPolicy == 'Local')`,
        message: "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
        fieldPath: '.healthCheckNodePort',
      },
      {
        rule: "!has(self.ports) || (has(self.type) && self.type != 'ClusterIP') || self.ports.all(port, !has(port.nodePort) || port.nodePort == 0)",
        message: "nodePort may not be used when `type` is 'ClusterIP'",
        fieldPath: '.ports',
        reason: 'FieldValueForbidden',
      },
    ],
  },
  'spec.ports': {
    maxItems: MAX_PORTS,
    rules: [
      {
        rule: "size(self) < 2 || self.all(port, has(port.name) && port.name != '')",
        message: 'name: Required value',
        reason: 'FieldValueRequired',
      },
      {
        rule: "self.all(a, !has(a.name) || a.name == '' || self.exists_one(b, has(b.name) && b.name == a.name))",
        message: 'name: Duplicate value',
        reason: 'FieldValueDuplicate',
      },
      {
        rule:
          'self.all(a, !has(a.nodePort) || a.nodePort == 0 || ' +
          'self.exists_one(b, has(b.nodePort) && b.nodePort == a.nodePort && b.protocol == a.protocol))',
        message: 'nodePort: Duplicate value',
        reason: 'FieldValueDuplicate',
      },
    ],
  },
  'spec.ports[].name': dnsLabel(true),
  'spec.ports[].protocol': { maxLength: 4 },
  'spec.ports[].port': { rules: [portNumber] },
  'spec.ports[].nodePort': { rules: [portOrNone] },
  'spec.ports[].targetPort': {
    maxLength: 15,
    rules: [
      { rule: 'type(self) != int || (self >= 1 && self <= 65535)', message: 'must be between 1 and 65535, inclusive' },
      {
        rule: "type(self) != string || (self.matches('^[a-z0-9]+(-[a-z0-9]+)*$') && self.matches('[a-z]'))",
        message: 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-), and at least one letter (a-z)',
      },
    ],
  },
  'spec.externalName': dnsName,
  'spec.externalIPs': { maxItems: MAX_ADDRESSES },
  'spec.loadBalancerSourceRanges': { maxItems: MAX_ADDRESSES },
  'spec.sessionAffinityConfig.clientIP.timeoutSeconds': {
    rules: [{ rule: 'self > 0 && self <= 86400', message: 'must be greater than 0 and less than 86400' }],
  },
};
