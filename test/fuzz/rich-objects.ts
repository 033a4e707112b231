import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import type { Chance } from '../../base/chance.fixture.ts';
import { isObject, setOwn } from '../../base/json.ts';
import { NASTY_NAMES, nastyText, nastyValue } from './nasty-values.ts';

const MAX_DEPTH = 9;

/** Objects that are valid, so that what is mutated in them gets past the first checks. */
const container = {
  name: 'c',
  image: 'nginx:1',
  ports: [{ name: 'http', containerPort: 80 }],
  env: [
    { name: 'A', value: 'b' },
    { name: 'N', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a']" } } },
  ],
  resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } },
  volumeMounts: [{ name: 'v', mountPath: '/v' }],
  readinessProbe: { httpGet: { path: '/', port: 'http' } },
  securityContext: { runAsUser: 1, capabilities: { drop: ['ALL'] } },
};
const podSpec = {
  containers: [container],
  initContainers: [{ name: 'i', image: 'busybox' }],
  volumes: [{ name: 'v', emptyDir: {} }],
  tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
  nodeSelector: { disk: 'ssd' },
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }] },
    },
  },
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { a: 'b' } } }],
};
const template = { metadata: { labels: { app: 'x' } }, spec: podSpec };
const selector = { matchLabels: { app: 'x' } };
const VALID: Readonly<Record<string, object>> = {
  Pod: { spec: podSpec },
  ReplicationController: { spec: { replicas: 0, selector: { app: 'x' }, template } },
  Deployment: { spec: { replicas: 0, selector, template, strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } } } },
  ReplicaSet: { spec: { replicas: 0, selector, template } },
  StatefulSet: { spec: { replicas: 0, selector, template, serviceName: 's' } },
  DaemonSet: { spec: { selector, template } },
  Job: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } },
  CronJob: { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } } } },
  Service: { spec: { selector: { app: 'x' }, ports: [{ name: 'p', port: 80, targetPort: 'http' }] } },
  ConfigMap: { data: { a: 'b' }, binaryData: { c: 'bm90' } },
  Secret: { data: { a: 'bm90' }, stringData: { b: 'c' } },
  ResourceQuota: { spec: { hard: { pods: '10', 'requests.cpu': '4' } } },
  LimitRange: { spec: { limits: [{ type: 'Container', default: { cpu: '1' }, max: { cpu: '2' } }] } },
  Ingress: {
    spec: {
      rules: [
        { host: 'a.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }] } },
      ],
    },
  },
  NetworkPolicy: { spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] } },
  Role: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
  ClusterRole: { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get'] }] },
  Lease: { spec: { holderIdentity: 'h', leaseDurationSeconds: 10 } },
  PodDisruptionBudget: { spec: { minAvailable: '50%', selector } },
  HorizontalPodAutoscaler: { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } } },
};

/** The CustomResourceDefinition that the campaign creates first, and fuzzes the objects of. */
export const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.fuzz.example.com' },
  spec: {
    group: 'fuzz.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
        additionalPrinterColumns: [{ name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' }],
        selectableFields: [{ jsonPath: '.spec.text' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  replicas: { type: 'integer', minimum: 0, default: 1 },
                  text: { type: 'string', maxLength: 100_000, pattern: '^(a+)+$|^[a-z]*$' },
                  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
                  map: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['k'],
                    items: { type: 'object', required: ['k'], properties: { k: { type: 'string' }, v: { type: 'integer' } } },
                  },
                  any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  port: { 'x-kubernetes-int-or-string': true },
                  when: { type: 'string', format: 'date-time' },
                  choice: {
                    type: 'object',
                    oneOf: [{ required: ['a'] }, { required: ['b'] }],
                    properties: { a: { type: 'string' }, b: { type: 'string', format: 'hostname' } },
                  },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};
const WIDGET = {
  spec: { replicas: 2, text: 'aaa', set: ['a', 'b'], map: [{ k: 'a', v: 1 }], any: { x: [1] }, port: '5%', choice: { a: 'x' } },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
};

const NAMES: readonly string[] = ['f0', 'f1', 'f2', 'f3', 'f4'];
export const nameOf = (chance: Chance): string => (chance.oneIn(10) ? nastyText(chance) : chance.pick(NAMES));

/** Returns an object of the kind: valid where the campaign knows how, otherwise filled from the schema. */
export function richObject(kind: KindDefinition | undefined, chance: Chance): Record<string, unknown> {
  const metadata: Record<string, unknown> = {
    ...(chance.oneIn(8) ? { generateName: chance.pick(['g-', 'x'.repeat(70), '']) } : { name: chance.pick(NAMES) }),
    labels: { app: 'x', 'example.com/a': 'b' },
    annotations: { a: 'b' },
    ...(chance.oneIn(6) ? { finalizers: ['example.com/f'] } : {}),
    ...(chance.oneIn(8) ? { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }] } : {}),
  };
  if (!kind) return { apiVersion: 'fuzz.example.com/v1', kind: 'Widget', metadata, ...structuredClone(WIDGET) };
  const head = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
  const valid = Object.hasOwn(VALID, kind.kind) ? VALID[kind.kind] : undefined;
  if (valid && !chance.oneIn(4)) return { ...head, ...structuredClone(valid) };
  const filled = fill(structuralOf(kind.schema), chance, 0);
  return { ...(isObject(filled) ? filled : {}), ...head };
}

/** Returns a valid object of the kind, without its type; an empty one if the campaign knows none. */
export const validObject = ({ kind }: KindDefinition): Record<string, unknown> => ({
  metadata: { name: 'f0' },
  ...(Object.hasOwn(VALID, kind) ? structuredClone(VALID[kind]) : {}),
});

/** Returns a value of the schema's shape. */
export function fill(schema: StructuralSchema, chance: Chance, depth: number): unknown {
  if (schema.enum && schema.enum.length > 0) return chance.pick(schema.enum);
  switch (schema.format) {
    case 'quantity':
      return chance.pick(['1', '100m', '1Gi', '0']);
    case 'int-or-string':
      return chance.pick([1, '50%', 'http']);
    case 'date-time':
      return '2026-01-01T00:00:00Z';
    case 'date-time-micro':
      return '2026-01-01T00:00:00.000000Z';
    case 'byte':
      return 'bm90';
  }
  switch (schema.type) {
    case 'string':
      return chance.pick(['a', 'b', 'example.com/a', 'Always', '10.0.0.1', '/x']);
    case 'boolean':
      return chance.oneIn(2);
    case 'integer':
    case 'number':
      return chance.below(100);
    case 'array':
      return depth > MAX_DEPTH ? [] : Array.from({ length: 1 + chance.below(2) }, () => fill(schema.items ?? {}, chance, depth + 1));
    case 'object': {
      if (depth > MAX_DEPTH) return {};
      if (typeof schema.additionalProperties === 'object') return { a: fill(schema.additionalProperties, chance, depth + 1) };
      const out: Record<string, unknown> = {};
      for (const { name, schema: below, required } of schema.properties?.values() ?? []) {
        if (required || chance.oneIn(3 + depth)) out[name] = fill(below, chance, depth + 1);
      }
      return out;
    }
    default:
      return { a: 1 };
  }
}

/** Changes some places of a value, in place. */
export function mutate(value: unknown, chance: Chance): void {
  for (let times = chance.below(4); times > 0; times--) mutateOnce(value, chance);
}

function mutateOnce(root: unknown, chance: Chance): void {
  let at = root;
  for (;;) {
    if (typeof at !== 'object' || at === null) return;
    const keys = Object.keys(at);
    const key = keys.length > 0 ? chance.pick(keys) : undefined;
    const below: unknown = key === undefined ? undefined : (at as Record<string, unknown>)[key];
    if (typeof below === 'object' && below !== null && !chance.oneIn(4)) {
      at = below;
      continue;
    }
    if (Array.isArray(at)) mutateList(at, key, chance);
    else mutateMap(at as Record<string, unknown>, key, chance);
    return;
  }
}

function mutateList(list: unknown[], key: string | undefined, chance: Chance): void {
  const index = Number(key ?? 0);
  switch (chance.below(4)) {
    case 0:
      list[index] = nastyValue(chance);
      return;
    case 1:
      list.push(structuredClone(list[index]));
      return;
    case 2: {
      const many = 2 ** chance.below(chance.oneIn(20) ? 13 : 7);
      const distinct = chance.oneIn(2);
      for (let i = 0; i < many; i++) list.push(renamed(list[index], i, distinct));
      return;
    }
    default:
      list.splice(index, 1);
  }
}

const renamed = (item: unknown, i: number, distinct: boolean): unknown => {
  if (!distinct) return item;
  if (typeof item === 'string') return `${item}${i}`;
  if (isObject(item) && typeof item.name === 'string') return { ...item, name: `${item.name}${i}` };
  return isObject(item) && typeof item.key === 'string' ? { ...item, key: `${item.key}${i}` } : item;
};

function mutateMap(map: Record<string, unknown>, key: string | undefined, chance: Chance): void {
  switch (chance.below(key === undefined ? 2 : 5)) {
    case 0:
      setOwn(map, chance.oneIn(3) ? nastyText(chance) : chance.pick(NASTY_NAMES), nastyValue(chance));
      return;
    case 1: {
      const many = 2 ** chance.below(chance.oneIn(20) ? 13 : 6);
      for (let i = 0; i < many; i++) map[`k${i}`] = chance.oneIn(2) ? 'v' : nastyValue(chance);
      return;
    }
    case 2:
      delete map[key ?? ''];
      return;
    default:
      setOwn(map, key ?? '', nastyValue(chance));
  }
}
