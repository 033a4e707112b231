import type { FuzzRequest } from './request.ts';

/** A request that once crashed the server, held it up or broke its answer. */
export interface KnownFault {
  readonly name: string;
  readonly request: FuzzRequest;
  /** Statuses that are right. */
  readonly right: readonly number[];
}

const MAPS = '/api/v1/namespaces/fuzz/configmaps';
const PODS = '/api/v1/namespaces/fuzz/pods';
const WIDGETS = '/apis/fuzz.example.com/v1/namespaces/fuzz/widgets';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const JSON_TYPE = 'application/json';

const get = (path: string, headers: Readonly<Record<string, string>> = {}): FuzzRequest => ({ method: 'GET', path, headers, body: undefined });
const send = (method: string, path: string, type: string, body: unknown): FuzzRequest => ({
  method,
  path,
  headers: { 'content-type': type },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const create = (path: string, body: unknown) => send('POST', `${path}?dryRun=All`, JSON_TYPE, body);
const yaml = (body: string) => send('POST', `${MAPS}?dryRun=All&fieldValidation=Ignore`, 'application/yaml', body);
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const pod = (container: object, spec: object = {}) => ({
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec },
});
/** A definition of a valid schema with something more in it. */
const withSchema = (more: object) => ({
  metadata: { name: 'gadgets.fuzz.example.com' },
  spec: {
    group: 'fuzz.example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', ...more } } }],
  },
});
const withPattern = (pattern: string) => withSchema({ properties: { spec: { type: 'string', pattern } } });
const keyed = <T>(count: number, value: T) => Object.fromEntries(many(count, (i) => [`key${i}`, value]));
const patch = (path: string, type: string, body: unknown) => send('PATCH', `${path}${path.includes('?') ? '&' : '?'}dryRun=All`, type, body);
const [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;
const applied = (name: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

/** A pod of so many containers without any field, as Protobuf: two bytes for each. */
function emptyContainers(count: number): Buffer {
  const field = (number: number, bytes: Buffer): Buffer => {
    const length: number[] = [];
    for (let rest = bytes.length; rest > 0; rest >>>= 7) length.push(rest > 127 ? (rest & 127) | 128 : rest);
    return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
  };
  const type = Buffer.concat([field(1, Buffer.from('v1')), field(2, Buffer.from('Pod'))]);
  const spec = Buffer.alloc(2 * count, Buffer.from([2 * 8 + 2, 0]));
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, Buffer.concat([field(1, field(1, Buffer.from('p'))), field(2, spec)]))]);
}

const finalizers = many(20_000, (i) => `example.com/f${i}`);

/** Each stands for its kind; the campaign looks for others of it. The objects `first` and `big` exist: `prepare` makes them. */
export const KNOWN_FAULTS: readonly KnownFault[] = [
  { name: 'a quantity of many zeros', request: create(PODS, pod({ resources: { requests: { cpu: `${'0'.repeat(4_000)}x` } } })), right: [400] },
  { name: 'YAML: collections as keys, nested', request: yaml(`${'? {a: '.repeat(900)}1${'}'.repeat(900)}`), right: [400] },
  { name: 'YAML: 8,000 anchors and aliases', request: yaml(many(8_000, (i) => `k${i}: &b${i} x\nl${i}: *b${i}\n`).join('')), right: [422] },
  { name: 'YAML: a megabyte of newlines', request: yaml(`metadata: {name: a}\n${'\n'.repeat(1_000_000)}`), right: [201] },
  {
    name: 'YAML: a billion laughs',
    request: yaml(`a0: &a0 [x]\n${many(30, (i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]\n`).join('')}`),
    right: [400],
  },
  {
    name: 'JSON patch: 28 copies of data into itself',
    request: send(
      'PATCH',
      `${MAPS}/first?dryRun=All`,
      'application/json-patch+json',
      many(28, (i) => ({ op: 'copy', from: '/data', path: `/data/n${i}` })),
    ),
    right: [422],
  },
  {
    name: 'JSON patch: nesting beyond the stack',
    request: send(
      'PATCH',
      `${MAPS}/first?dryRun=All`,
      'application/json-patch+json',
      many(9_000, () => ({ op: 'move', from: '/data', path: '/data' })),
    ),
    right: [200, 422],
  },
  {
    name: 'JSON patch: copies that nest',
    request: send('PATCH', `${WIDGETS}/first?dryRun=All`, 'application/json-patch+json', [
      { op: 'add', path: '/spec/any', value: { x: { a: {} } } },
      ...many(3_000, () => [
        { op: 'add', path: '/spec/any/y', value: {} },
        { op: 'move', from: '/spec/any/x', path: '/spec/any/y/a' },
        { op: 'move', from: '/spec/any/y', path: '/spec/any/x' },
      ]).flat(),
    ]),
    right: [422],
  },
  { name: 'a timeout of 60,000 digits', request: get(`${MAPS}?timeout=${'1'.repeat(7_000)}`), right: [400] },
  {
    name: 'strategic merge: many finalizers',
    request: send('PATCH', `${MAPS}/first?dryRun=All`, 'application/strategic-merge-patch+json', { metadata: { finalizers } }),
    right: [200, 422],
  },
  {
    name: 'strategic merge: many containers',
    request: send('PATCH', `${PODS}/first?dryRun=All`, 'application/strategic-merge-patch+json', {
      spec: { containers: many(4_000, (i) => ({ name: `c${i}`, image: 'i' })) },
    }),
    right: [422],
  },
  {
    name: 'a CRD pattern that backtracks',
    request: create(WIDGETS, {
      apiVersion: 'fuzz.example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a' },
      spec: { text: `${'a'.repeat(50_000)}!`, choice: { a: '' } },
    }),
    right: [422],
  },
  ...['(?=a)', '(a)\\1', 'a{1001}', '(a{1000}){1000}'].map((pattern) => ({
    name: `a CRD pattern that Go refuses: ${pattern}`,
    request: create(CRDS, withPattern(pattern)),
    right: [422],
  })),
  ...['(?i)a', '\\Qa.b\\E', '\\x{41}', '\\p{Greek}', '[[:^alpha:]]'].map((pattern) => ({
    name: `a CRD pattern of Go: ${pattern}`,
    request: create(CRDS, withPattern(pattern)),
    right: [201],
  })),
  { name: 'a field selector by an inherited name', request: get(`${MAPS}?fieldSelector=valueOf%3Da`), right: [400] },
  {
    name: 'a request for an inherited name',
    request: create(PODS, pod({ resources: { requests: { toString: '1', __proto__: '1' }, limits: { constructor: '1' } } })),
    right: [422],
  },
  ...['valueOf', 'toString', 'constructor', '__proto__'].flatMap((name) => [
    { name: `an object named ${name}`, request: get(`${MAPS}/${name}`), right: [404] },
    { name: `a resource named ${name}`, request: get(`/api/v1/namespaces/fuzz/${name}`), right: [404] },
    { name: `a subresource named ${name}`, request: get(`${MAPS}/first/${name}`), right: [404] },
    { name: `a group named ${name}`, request: get(`/apis/${name}/v1`), right: [404] },
    { name: `a query parameter named ${name}`, request: get(`${MAPS}?${name}=1`), right: [200, 400] },
    { name: `a label selector for ${name}`, request: get(`${MAPS}?labelSelector=${name}%3Da`), right: name === '__proto__' ? [400] : [200] },
  ]),
  {
    name: 'a field selector of many terms',
    request: get(`${MAPS}?fieldSelector=${many(300, (i) => `metadata.name!=a${i}`).join(',')}`),
    right: [200],
  },
  { name: 'a label selector of many values', request: get(`${MAPS}?labelSelector=a+in+(${many(1_000, (i) => `v${i}`).join(',')})`), right: [200] },
  { name: 'a label selector of brackets', request: get(`${MAPS}?labelSelector=${'('.repeat(7_000)}`), right: [400] },
  {
    name: 'an extra field of impersonation that does not decode',
    request: get(MAPS, { 'impersonate-user': 'a', 'impersonate-extra-%ff': 'x' }),
    right: [400],
  },
  { name: 'a generated name', request: create(MAPS, { metadata: { generateName: 'x'.repeat(300) } }), right: [422] },
  {
    name: 'a body of someone unknown, of which nothing is sent',
    request: { method: 'POST', path: MAPS, headers: { 'content-type': JSON_TYPE, 'content-length': '2900000' }, body: undefined, anonymous: true },
    right: [401],
  },
  { name: 'a warning that no header can hold', request: create(MAPS, { metadata: { name: 'a' }, '💥': 1 }), right: [201] },
  {
    name: 'warnings that no header is long enough for',
    request: create(MAPS, { metadata: { name: 'a' }, ...Object.fromEntries(many(150_000, (i) => [`k${i}`, 1])) }),
    right: [201],
  },
  {
    name: 'errors that no client wants to read all of',
    request: create(MAPS, { metadata: { name: 'a', labels: Object.fromEntries(many(100_000, (i) => [`k ${i}`, '-'])) } }),
    right: [422],
  },
  {
    name: 'owners, each of whose errors names all',
    request: create(MAPS, {
      metadata: { name: 'a', ownerReferences: many(20_000, (i) => ({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: `u${i}`, controller: true })) },
    }),
    right: [422],
  },
  {
    name: 'YAML: many items in one line',
    request: yaml(`{metadata: {name: a}, x: [${'a,'.repeat(500_000)}]}`),
    right: [201],
  },
  {
    name: 'a warning for each of many ports',
    request: create(PODS, pod({ ports: many(140_000, () => ({ containerPort: 1 })) })),
    right: [201, 422, 500],
  },
  {
    name: 'a rule of many verbs',
    request: create('/apis/rbac.authorization.k8s.io/v1/namespaces/fuzz/roles', {
      metadata: { name: 'p' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: many(200_000, () => 'get') }],
    }),
    right: [201],
  },
  { name: 'a path that does not decode', request: get('/api/v1/namespaces/fuzz/configmaps/%ff'), right: [400, 404] },
  {
    name: 'a number out of range',
    request: create(
      WIDGETS,
      '{"apiVersion":"fuzz.example.com/v1","kind":"Widget","metadata":{"name":"a"},"spec":{"replicas":1e400000,"choice":{"a":""}}}',
    ),
    right: [400, 422],
  },
  { name: 'JSON nested beyond the stack', request: create(MAPS, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), right: [400] },
  { name: 'an image name of many slashes', request: create(PODS, pod({ image: `a${'/'.repeat(40_000)}:` })), right: [201, 422] },
  {
    name: 'a field path that backtracks',
    request: create(PODS, pod({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "['".repeat(50_000) } } }] })),
    right: [422],
  },
  {
    name: 'an iSCSI name that backtracks',
    request: create(PODS, pod({}, { volumes: [{ name: 'v', iscsi: { targetPortal: 'a', lun: 0, iqn: `${'iqn.2001-01.a:'.repeat(10_000)} ` } }] })),
    right: [422],
  },
  {
    name: 'a quota of many scopes, each of whose errors names all',
    request: create('/api/v1/namespaces/fuzz/resourcequotas', {
      metadata: { name: 'q' },
      spec: { hard: { pods: '1' }, scopes: many(10_000, (i) => `s${i}`) },
    }),
    right: [422],
  },
  {
    name: 'a container of many claims',
    request: create(PODS, pod({ resources: { claims: many(10_000, (i) => ({ name: `c${i}` })) } })),
    right: [422],
  },
  {
    name: 'a definition of many list keys, each of whose errors names all',
    request: create(CRDS, {
      ...withPattern('a'),
      spec: {
        ...withPattern('a').spec,
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  l: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': many(10_000, (i) => `k${i}`),
                    items: { type: 'object' },
                  },
                },
              },
            },
          },
        ],
      },
    }),
    right: [422],
  },
  {
    name: 'unknown fields that are refused',
    request: send('POST', `${MAPS}?dryRun=All&fieldValidation=Strict`, JSON_TYPE, { metadata: { name: 'a' }, ...keyed(150_000, 1) }),
    right: [400],
  },
  {
    name: 'unknown fields of a custom resource that are refused',
    request: send('POST', `${WIDGETS}?dryRun=All&fieldValidation=Strict`, JSON_TYPE, {
      apiVersion: 'fuzz.example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a' },
      spec: keyed(150_000, 1),
    }),
    right: [400],
  },
  {
    name: 'an applied configuration of many keys',
    request: patch(`${MAPS}/a?fieldManager=fuzz`, APPLY_PATCH, applied('a', keyed(60_000, 'v'))),
    right: [201],
  },
  {
    name: 'an applied configuration of many keys, over an object of as many',
    request: patch(`${MAPS}/big?fieldManager=fuzz`, APPLY_PATCH, applied('big', keyed(40_000, 'v'))),
    right: [200],
  },
  {
    name: 'an applied configuration of many conflicts',
    request: patch(`${MAPS}/big?fieldManager=fuzz`, APPLY_PATCH, applied('big', keyed(40_000, 'w'))),
    right: [409],
  },
  { name: 'a merge patch of many keys', request: patch(`${MAPS}/big`, MERGE_PATCH, { data: keyed(60_000, 'w') }), right: [200] },
  { name: 'a strategic merge patch of many keys', request: patch(`${MAPS}/big`, STRATEGIC_PATCH, { data: keyed(60_000, 'w') }), right: [200] },
  { name: 'a merge patch of many keys that cannot be read', request: patch(`${MAPS}/big`, MERGE_PATCH, { data: keyed(60_000, 1) }), right: [422] },
  {
    name: 'a small patch of a big object',
    request: patch(`${MAPS}/big`, JSON_PATCH, [{ op: 'add', path: '/data/x', value: 'y' }]),
    right: [200],
  },
  {
    name: 'a small merge patch of a big object',
    request: patch(`${MAPS}/big`, MERGE_PATCH, { metadata: { labels: { x: 'y' } } }),
    right: [200],
  },
  {
    name: 'a big object without its keys',
    request: send('PUT', `${MAPS}/big?dryRun=All`, JSON_TYPE, { metadata: { name: 'big' } }),
    right: [200],
  },
  {
    name: 'options of a deletion, each of whose errors names all',
    request: send('DELETE', `${MAPS}/first`, JSON_TYPE, { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: many(600_000, () => 'x') }),
    right: [422],
  },
  {
    name: 'a review of many groups',
    request: send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', JSON_TYPE, {
      spec: { user: 'u', groups: many(100_000, (i) => `g${i}`), resourceAttributes: { verb: 'get', resource: 'pods' } },
    }),
    right: [201],
  },
  {
    name: 'many finalizers',
    request: create(MAPS, { metadata: { name: 'a', finalizers: many(60_000, (i) => `example.com/f${i}`) } }),
    right: [201, 500],
  },
  {
    name: 'many owners',
    request: create(MAPS, {
      metadata: { name: 'a', ownerReferences: many(25_000, (i) => ({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: `u${i}` })) },
    }),
    right: [201, 500],
  },
  {
    name: 'many containers',
    request: create(PODS, { metadata: { name: 'p' }, spec: { containers: many(40_000, (i) => ({ name: `c${i}`, image: 'i' })) } }),
    right: [422, 500],
  },
  {
    name: 'many empty containers',
    request: create(PODS, { metadata: { name: 'p' }, spec: { containers: many(700_000, () => ({})) } }),
    right: [422, 500],
  },
  {
    name: 'many empty containers in few bytes',
    request: create(PODS, { metadata: { name: 'p' }, spec: { containers: many(10_000, () => ({})) } }),
    right: [422],
  },
  {
    name: 'many empty containers as Protobuf',
    request: {
      method: 'POST',
      path: `${PODS}?dryRun=All`,
      headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
      body: emptyContainers(1_400_000),
    },
    right: [422, 500],
  },
  ...[
    { set: many(120_000, (i) => `v${i}`) },
    { map: many(50_000, (i) => ({ k: `k${i}`, v: 1 })) },
    { any: keyed(100_000, 1) },
    { any: { list: many(400_000, () => 0) } },
  ].map((spec) => ({
    name: `a custom resource of a long ${Object.keys(spec).join()}`,
    request: create(WIDGETS, { apiVersion: 'fuzz.example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec: { choice: { a: '' }, ...spec } }),
    right: [201, 500],
  })),
  {
    name: 'a selector of many operators that there are not',
    request: create('/apis/apps/v1/namespaces/fuzz/daemonsets', {
      metadata: { name: 'd' },
      spec: {
        selector: { matchExpressions: many(1_500, (i) => ({ key: `k${i}`, operator: i === 1_000 ? 'Between' : 'Exists' })) },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    }),
    right: [422],
  },
  {
    name: 'a pod of many limits, which are its requests too',
    request: create(PODS, pod({ resources: { limits: Object.fromEntries(many(25_000, (i) => [`example.com/r${i}`, '1'])) } })),
    right: [201],
  },
  {
    name: 'a service of many addresses',
    request: create('/api/v1/namespaces/fuzz/services', {
      metadata: { name: 's' },
      spec: { ports: [{ port: 80 }], clusterIP: '10.96.0.0', clusterIPs: many(60_000, (i) => `10.96.${i >> 8}.${i & 255}`) },
    }),
    right: [422],
  },
  {
    name: 'a service of many families',
    request: create('/api/v1/namespaces/fuzz/services', {
      metadata: { name: 's' },
      spec: { ports: [{ port: 80 }], ipFamilies: many(150_000, () => 'IPv6') },
    }),
    right: [422],
  },
  {
    name: 'a class of many topologies, each compared with all',
    request: create('/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 's' },
      provisioner: 'example.com/p',
      allowedTopologies: many(15_000, (i) => ({ matchLabelExpressions: [{ key: 'a', values: [`v${i}`] }] })),
    }),
    right: [201],
  },
  {
    name: 'a volume of many capacities, which its error shows',
    request: create('/api/v1/persistentvolumes', {
      metadata: { name: 'v' },
      spec: { capacity: keyed(90_000, '1'), accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
    }),
    right: [422],
  },
  {
    name: 'many amounts that are none',
    request: create('/api/v1/namespaces/fuzz/limitranges', {
      metadata: { name: 'l' },
      spec: { limits: [{ type: 'Container', default: keyed(150_000, '') }] },
    }),
    right: [400],
  },
  {
    name: 'many empty tolerations',
    request: create(PODS, pod({}, { tolerations: many(500_000, () => ({})) })),
    right: [422],
  },
  {
    name: 'more keys in one map than are read',
    request: create(PODS, pod({}, { volumes: [{ name: 'v', csi: { driver: 'd', volumeAttributes: keyed(180_000, '') } }] })),
    right: [500],
  },
  {
    name: 'a definition of many dependencies',
    request: create(CRDS, withSchema({ dependencies: keyed(90_000, []) })),
    right: [422],
  },
  {
    name: 'a definition of many definitions',
    request: create(CRDS, withSchema({ definitions: keyed(90_000, {}) })),
    right: [422],
  },
  {
    name: 'a definition of many rules',
    request: create(CRDS, withSchema({ 'x-kubernetes-validations': many(40_000, () => ({ rule: 'self > 0' })) })),
    right: [422],
  },
  { name: 'many texts of a ConfigMap', request: create(MAPS, { metadata: { name: 'a' }, data: keyed(110_000, '') }), right: [201] },
  {
    name: 'many search domains of a pod',
    request: create(PODS, pod({}, { dnsConfig: { searches: many(150_000, (i) => `a${i}`) } })),
    right: [422],
  },
  {
    name: 'a success policy of many rules, which its error shows',
    request: create('/apis/batch/v1/namespaces/fuzz/jobs', {
      metadata: { name: 'j' },
      spec: {
        successPolicy: { rules: many(100_000, () => ({})) },
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
      },
    }),
    right: [422],
  },
  {
    name: 'many requests of a container under a LimitRange',
    request: create(PODS, pod({ resources: { requests: keyed(73_000, '1') } })),
    right: [422],
  },
  {
    name: 'a patch that copies the metadata into itself',
    request: patch(
      `${MAPS}/first`,
      JSON_PATCH,
      many(13, (i) => ({ op: i === 0 ? 'add' : 'copy', from: '/metadata', path: `/metadata/labels${i === 0 ? '' : `/n${i}`}`, value: {} })),
    ),
    right: [422],
  },
  {
    name: 'a claim that asks for nothing',
    request: create('/apis/resource.k8s.io/v1/namespaces/fuzz/resourceclaims', { metadata: { name: 'c' } }),
    right: [201],
  },
  {
    name: 'many attributes of a device',
    request: create('/apis/resource.k8s.io/v1/resourceslices', {
      metadata: { name: 's' },
      spec: {
        driver: 'd',
        nodeName: 'n',
        pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
        devices: [{ name: 'd', attributes: keyed(60_000, { int: 1 }) }],
      },
    }),
    right: [422],
  },
  { name: 'a long object as a table', request: get(`${MAPS}/big`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }), right: [200] },
  { name: 'a long object as YAML', request: get(`${MAPS}/big`, { accept: 'application/yaml' }), right: [200] },
  { name: 'a long object as Protobuf', request: get(`${MAPS}/big`, { accept: 'application/vnd.kubernetes.protobuf' }), right: [200] },
  { name: 'a list with a long object as YAML', request: get(MAPS, { accept: 'application/yaml' }), right: [200] },
  { name: 'a change of a long object', request: patch(`${MAPS}/big`, MERGE_PATCH, { metadata: { labels: { a: 'b' } } }), right: [200] },
];
