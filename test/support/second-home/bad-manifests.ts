import { deployment, quota, replicationController, service } from '../manifests.ts';

/** A manifest that the built-in kind refuses, and so must the kind of skiff.dev. */
export interface BadManifest {
  readonly title: string;
  readonly manifest: object;
  /** The words of the built-in kind's refusal. */
  readonly message: string;
  /** Whether the CustomResourceDefinition alone refuses it, without the webhook. */
  readonly bySchema: boolean;
}

interface Workload {
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: { readonly containers: readonly object[] } } };
}

const name = 'bad';
const changed = (base: object, spec: object): object => ({
  ...base,
  apiVersion: 'skiff.dev/v1',
  spec: { ...(base as { spec: object }).spec, ...spec },
});
const deployed = (spec: object) => changed(deployment(name, 1), spec);
const podded = (podSpec: object, container: object = {}) => {
  const { template } = (deployment(name, 1) as Workload).spec;
  const [first] = template.spec.containers;
  return deployed({ template: { ...template, spec: { ...template.spec, containers: [{ ...first, ...container }], ...podSpec } } });
};
const replicaSet = (spec: object) => {
  const { selector, template, replicas } = (deployment(name, 1) as { spec: { selector: object; template: object; replicas: number } }).spec;
  return { apiVersion: 'skiff.dev/v1', kind: 'ReplicaSet', metadata: { name }, spec: { replicas, selector, template, ...spec } };
};
const served = (spec: object) => changed(service(name), spec);
const limited = (spec: object) => changed(quota(name, { pods: '1' }), spec);
const port = (more: object) => ({ port: 80, ...more });

const bad = (title: string, manifest: object, message: string): BadManifest => ({ title, manifest, message, bySchema: true });
const badForWebhook = (title: string, manifest: object, message: string): BadManifest => ({ title, manifest, message, bySchema: false });

export const BAD_MANIFESTS: readonly BadManifest[] = [
  bad('a Deployment with negative replicas', deployed({ replicas: -1 }), 'must be greater than or equal to 0'),
  bad('a Deployment with an empty selector', deployed({ selector: {} }), 'empty selector is invalid for deployment'),
  bad(
    'a Deployment whose selector does not match its template',
    deployed({ selector: { matchLabels: { app: 'other' } } }),
    '`selector` does not match template `labels`',
  ),
  bad(
    'a Deployment whose requirement does not match its template',
    deployed({ selector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: [name] }] } }),
    '`selector` does not match template `labels`',
  ),
  bad(
    'a Deployment that recreates and rolls',
    deployed({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    "may not be specified when strategy `type` is 'Recreate'",
  ),
  bad(
    'a Deployment that can neither surge nor miss a pod',
    deployed({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
    'may not be 0 when `maxSurge` is 0',
  ),
  bad(
    'a Deployment that may miss more than all',
    deployed({ strategy: { rollingUpdate: { maxUnavailable: '101%' } } }),
    'must not be greater than 100%',
  ),
  bad('a Deployment that surges by no percentage', deployed({ strategy: { rollingUpdate: { maxSurge: 'many' } } }), 'a valid percent string'),
  bad(
    'a Deployment whose deadline comes before a pod counts as available',
    deployed({ minReadySeconds: 600, progressDeadlineSeconds: 600 }),
    'must be greater than minReadySeconds',
  ),
  bad('a Deployment with a negative history', deployed({ revisionHistoryLimit: -1 }), 'must be greater than or equal to 0'),
  bad('a Deployment of pods that end', podded({ restartPolicy: 'Never' }), 'Unsupported value: "Never": supported values: "Always"'),
  bad('a Deployment of pods without containers', podded({ containers: [] }), 'spec.template.spec.containers: Required value'),
  bad('a container without an image', podded({}, { image: '' }), 'spec.template.spec.containers[0].image: Required value'),
  bad('a container with a bad name', podded({}, { name: 'Bad_Name' }), 'a lowercase RFC 1123 label must consist of'),
  bad('two containers of one name', podded({ containers: [1, 2].map(() => ({ name: 'a', image: 'a:1' })) }), 'Duplicate value'),
  bad('a port of a container out of range', podded({}, { ports: [{ containerPort: 70000 }] }), 'must be between 1 and 65535, inclusive'),
  bad('a ReplicaSet with an empty selector', replicaSet({ selector: {} }), 'empty selector is invalid for deployment'),
  bad('a ReplicaSet without a template', replicaSet({ template: {} }), '`selector` does not match template `labels`'),
  bad(
    'a ReplicationController without a template',
    { apiVersion: 'skiff.dev/v1', kind: 'ReplicationController', metadata: { name }, spec: { selector: { app: name } } },
    'spec.template: Required value',
  ),
  bad(
    'a ReplicaSet of pods that end',
    replicaSet({ template: { ...podTemplate({ activeDeadlineSeconds: 5 }) } }),
    'activeDeadlineSeconds in ReplicaSet is not Supported',
  ),
  bad(
    'a ReplicationController whose selector does not match its template',
    changed(replicationController(name, 1), { selector: { app: 'other' } }),
    '`selector` does not match template `labels`',
  ),
  bad(
    'a ReplicationController with negative replicas',
    changed(replicationController(name, 1), { replicas: -2 }),
    'must be greater than or equal to 0',
  ),
  bad('a Service without ports', served({ ports: [] }), 'spec.ports: Required value'),
  bad('a Service with a port out of range', served({ ports: [port({ port: 0 })] }), 'must be between 1 and 65535, inclusive'),
  bad('a Service with nameless ports', served({ ports: [port({}), port({ port: 81 })] }), 'Required value'),
  bad('a Service with two ports of one name', served({ ports: [port({ name: 'a' }), port({ name: 'a', port: 81 })] }), 'Duplicate value'),
  bad('a Service with a node port and no use for it', served({ ports: [port({ nodePort: 30123 })] }), "may not be used when `type` is 'ClusterIP'"),
  bad('an ExternalName without a name', served({ type: 'ExternalName', externalName: '' }), 'spec.externalName: Required value'),
  bad('a Service of an unknown protocol', served({ ports: [port({ protocol: 'ICMP' })] }), 'Unsupported value: "ICMP"'),
  bad(
    'a Service with an affinity that lasts too long',
    served({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 90000 } } }),
    'must be greater than 0 and less than 86400',
  ),
  bad('a Service of a name with dots', { ...service('a.b'), apiVersion: 'skiff.dev/v1' }, 'must not contain dots'),
  bad('a ResourceQuota of an unknown resource', limited({ hard: { pots: '1' } }), 'must be a standard resource for quota'),
  bad('a ResourceQuota of less than nothing', limited({ hard: { pods: '-1' } }), 'must be greater than or equal to 0'),
  bad('a ResourceQuota of half a pod', limited({ hard: { pods: '1.5' } }), 'must be an integer'),
  bad('a ResourceQuota of all and nothing', limited({ scopes: ['BestEffort', 'NotBestEffort'] }), 'conflicting scopes'),
  badForWebhook(
    'a ResourceQuota whose scope knows no such resource',
    limited({ hard: { services: '1' }, scopes: ['Terminating'] }),
    'unsupported scope applied to resource',
  ),
  badForWebhook('a Service with an address that is none', served({ externalIPs: ['1.2.3'] }), 'must be a valid IP address'),
  badForWebhook('a label that is none', podded({}, { env: [{ name: 'a=b' }] }), 'spec.template.spec.containers[0].env[0].name: Invalid value'),
  badForWebhook(
    'a volume that is mounted and not there',
    podded({}, { volumeMounts: [{ name: 'missing', mountPath: '/data' }] }),
    'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "missing"',
  ),
];

function podTemplate(more: object): object {
  const { template } = (deployment(name, 1) as Workload).spec;
  return { ...template, spec: { ...template.spec, ...more } };
}
