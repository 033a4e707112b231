/** Small manifests for tests: only what the API requires, plus what is given. */

export const container = (image = 'web:1', more: object = {}) => ({ name: 'web', image, ...more });

export const pod = (
  name: string,
  { labels, ...spec }: { readonly labels?: Readonly<Record<string, string>>; readonly [field: string]: unknown } = {},
) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...(labels ? { labels } : {}) },
  spec: { containers: [container()], ...spec },
});

/** A container that runs a shell script. As process 1 the shell forwards no signal, so the pod's grace should be short. */
export const shell = (image: string, script: string, more: object = {}) => container(image, { name: 'main', command: ['sh', '-c', script], ...more });

const template = (app: string, image?: string) => ({ metadata: { labels: { app } }, spec: { containers: [container(image)] } });

export const replicaSet = (name: string, replicas: number, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name), ...more },
});

export const replicationController = (name: string, replicas: number, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name },
  spec: { replicas, selector: { app: name }, template: template(name), ...more },
});

export const deployment = (name: string, replicas: number, more: object = {}, apiVersion = 'apps/v1') => ({
  apiVersion,
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name), ...more },
});

export const daemonSet = (name: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: template(name), ...more },
});

export const statefulSet = (name: string, replicas: number, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name },
  spec: { replicas, serviceName: name, selector: { matchLabels: { app: name } }, template: template(name), ...more },
});

export const service = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
});

export const networkPolicy = (name: string, spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec,
});

export const quota = (name: string, hard: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name },
  spec: { hard },
});

export const resources = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu, memory } });
