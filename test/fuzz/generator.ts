import { gzipSync } from 'node:zlib';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { kinds } from '../../api/kinds/index.ts';
import type { Chance } from '../../base/chance.fixture.ts';
import { isObject } from '../../base/json.ts';
import { encodeYaml } from '../../base/yaml/encode.ts';
import type { LongPlace } from './long-lists.ts';
import { longPlaces, longRequest } from './long-lists.ts';
import { longText, NASTY_NAMES, nastyText, nastyValue } from './nasty-values.ts';
import { protobufBody } from './protobuf-body.ts';
import type { FuzzRequest } from './request.ts';
import { mutate, nameOf, richObject } from './rich-objects.ts';

const NAMESPACES = ['fuzz', 'fuzz', 'fuzz', 'default', 'none'] as const;
const SUBRESOURCES = [
  'status',
  'scale',
  'log',
  'exec',
  'attach',
  'portforward',
  'proxy',
  'eviction',
  'binding',
  'token',
  'approval',
  'finalize',
  'ephemeralcontainers',
  'resize',
  'toString',
  'x',
];
const OTHER_PATHS = [
  '/',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/apps',
  '/apis/apps/v1',
  '/apis/fuzz.example.com/v1',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/apis/fuzz.example.com/v1',
  '/openapi/v3/api/v1',
  '/version',
  '/livez',
  '/readyz',
  '/healthz',
  '/livez/ping',
  '/livez/constructor',
  '/metrics',
  '/logs',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
  '/debug/pprof',
  '/api/v1/x/y/z',
  '/api//v1',
  '/apis/a/b/c/d/e/f/g',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/api/v1/namespaces/%ff/pods',
  '/api/v1/watch/pods',
  '/api/v1/proxy/nodes/x',
  '//',
  '/api/v1/nodes/a/proxy/%ff',
  '/api/v1/namespaces/a/services/https:b:c/proxy/',
];
const QUERY_NAMES = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'timeoutSeconds',
  'timeout',
  'sendInitialEvents',
  'allowWatchBookmarks',
  'pretty',
  'fieldManager',
  'fieldValidation',
  'force',
  'gracePeriodSeconds',
  'propagationPolicy',
  'orphanDependents',
  'includeObject',
  'container',
  'tailLines',
  'command',
  'path',
  'ports',
  'x',
  'constructor',
];
const QUERY_VALUES: Readonly<Record<string, readonly string[]>> = {
  labelSelector: ['app=x', 'app in (x,y)', '!app', 'a>1', 'constructor=a', 'app notin ()', '(', 'a=b,'],
  fieldSelector: ['metadata.name=f0', 'valueOf=a', 'spec.nodeName=', 'status.phase!=Running', '__proto__=a', 'spec.text=aaa', '=', 'a\\=b'],
  limit: ['1', '0', '-1', '500'],
  continue: [
    'x',
    'e30',
    Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"a"}').toString('base64url'),
    Buffer.from('{"v":"meta.k8s.io/v1","rv":-1,"start":"\u0000"}').toString('base64url'),
  ],
  resourceVersion: ['0', '1', '-1', '99999999999999999999', 'x'],
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'x'],
  timeoutSeconds: ['1', '0', '-1'],
  timeout: ['1s', '0', '-1s', '1h'],
  fieldManager: ['me', 'x'.repeat(129), '\u0001'],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'x'],
  propagationPolicy: ['Foreground', 'Background', 'Orphan', 'x'],
};
const ACCEPTS = [
  'application/json',
  '*/*',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  'application/json;as=Table;v=v9;g=meta.k8s.io',
  'text/html',
  ';;;',
  ',,,',
  'a/b;q=x',
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'application/vnd.kubernetes.protobuf;stream=watch',
];
const HEADER_NAMES = [
  'impersonate-user',
  'impersonate-group',
  'impersonate-uid',
  'impersonate-extra-a',
  'impersonate-extra-%ff',
  'impersonate-extra-constructor',
  'user-agent',
  'authorization',
  'content-encoding',
  'accept-encoding',
  'if-none-match',
  'audit-id',
  'x-remote-user',
  'traceparent',
  'range',
  'expect',
  'upgrade',
  'connection',
  'content-type',
];
const HEADER_VALUES: Readonly<Record<string, readonly string[]>> = {
  'content-encoding': ['gzip', 'x', 'identity'],
  'accept-encoding': ['gzip', 'identity', '*'],
  authorization: ['Bearer x', 'Bearer', 'Basic eDp5', `Bearer ${'a.'.repeat(2000)}`, 'Bearer eyJhbGciOiJub25lIn0.e30.'],
  upgrade: ['websocket', 'SPDY/3.1', 'x'],
  connection: ['Upgrade', 'close'],
  'content-type': [
    'application/json',
    'application/yaml',
    'application/json-patch+json',
    'application/apply-patch+yaml',
    'x',
    ';',
    'application/json; charset=utf-16',
  ],
  expect: ['100-continue'],
};
const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;

let places: LongPlace[] | undefined;

/** Returns the next request of a campaign. */
export function nextRequest(chance: Chance): FuzzRequest {
  if (chance.oneIn(12))
    return {
      method: chance.pick(['GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']),
      path: `${chance.pick(OTHER_PATHS)}${query(chance, false)}`,
      headers: headers(chance),
      body: undefined,
    };
  if (chance.oneIn(400)) {
    places ??= longPlaces();
    return longRequest(
      chance.pick(places),
      chance.pick(['empty', 'minimal', 'filled']),
      chance.pick([30_000, 120_000, 1_400_000, 2_900_000]),
      chance,
    );
  }
  const kind = chance.oneIn(8) ? undefined : chance.pick(kinds);
  const method = chance.pick(['GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'DELETE', 'DELETE', 'HEAD']);
  // Collections are deleted only now and then: the other requests need objects to meet.
  const collection = method === 'POST' || (method === 'DELETE' ? chance.oneIn(8) : method === 'GET' && chance.oneIn(2));
  const path = `${pathOf(kind, collection, chance)}${query(chance, method !== 'GET' && method !== 'HEAD')}`;
  if (method === 'GET' || method === 'HEAD') return { method, path, headers: headers(chance), body: undefined };
  if (method === 'DELETE')
    return { method, path, ...(chance.oneIn(3) ? withBody(deleteOptions(chance), kind, chance) : { headers: headers(chance), body: undefined }) };
  if (method === 'PATCH') return { method, path, ...patch(kind, chance) };
  const object = richObject(kind, chance);
  mutate(object, chance);
  return { method, path, ...withBody(object, kind, chance) };
}

function pathOf(kind: KindDefinition | undefined, collection: boolean, chance: Chance): string {
  const base = kind ? (kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`) : '/apis/fuzz.example.com/v1';
  const inNamespace = (kind?.namespaced ?? true) && !chance.oneIn(15);
  const namespace = inNamespace ? `/namespaces/${chance.oneIn(30) ? encoded(nastyText(chance), chance) : chance.pick(NAMESPACES)}` : '';
  const all = `${base}${namespace}/${kind?.plural ?? 'widgets'}`;
  const subresource = chance.oneIn(5) ? `/${chance.pick(SUBRESOURCES)}` : '';
  return collection && subresource === '' ? all : `${all}/${encoded(nameOf(chance), chance)}${subresource}`;
}

const encoded = (text: string, chance: Chance): string => {
  if (chance.oneIn(20)) return '%ff';
  try {
    return encodeURIComponent(text.slice(0, 4_000)) || '%20';
  } catch {
    return '%ed%a0%80';
  }
};

function query(chance: Chance, isWrite: boolean): string {
  const terms: string[] = [];
  if (isWrite && chance.oneIn(2)) terms.push('dryRun=All');
  for (let times = chance.below(3); times > 0; times--) {
    const name = chance.pick(QUERY_NAMES);
    const usual = Object.hasOwn(QUERY_VALUES, name) ? QUERY_VALUES[name] : undefined;
    const value = usual && !chance.oneIn(4) ? chance.pick(usual) : chance.oneIn(8) ? longText(chance, 8_000) : nastyText(chance);
    terms.push(`${name}=${encoded(value, chance)}`);
  }
  if (!isWrite && chance.oneIn(10)) terms.push('watch=1');
  return terms.length === 0 ? '' : `?${terms.join('&')}`;
}

function headers(chance: Chance): Record<string, string> {
  const out: Record<string, string> = {};
  if (chance.oneIn(2)) out.accept = chance.oneIn(10) ? headerText(longText(chance, 8_000)) : chance.pick(ACCEPTS);
  if (!chance.oneIn(6)) return out;
  const name = chance.pick(HEADER_NAMES);
  const usual = Object.hasOwn(HEADER_VALUES, name) ? HEADER_VALUES[name] : undefined;
  out[name] = headerText(usual && !chance.oneIn(4) ? chance.pick(usual) : nastyText(chance));
  return out;
}

/** Leaves out what Node's client refuses to send, and cuts the length below its server's limit. */
const headerText = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 8_000);

function withBody(value: unknown, kind: KindDefinition | undefined, chance: Chance): Pick<FuzzRequest, 'headers' | 'body'> {
  const more = headers(chance);
  switch (chance.below(8)) {
    case 0:
      return { headers: { 'content-type': 'application/yaml', ...more }, body: damaged(Buffer.from(yamlOf(value, chance)), chance) };
    case 1:
      return {
        headers: { 'content-type': 'application/vnd.kubernetes.protobuf', ...more },
        body: damaged(protobufBody(value, kind, chance), chance),
      };
    case 2:
      if (more['content-encoding'] === 'gzip')
        return { headers: { 'content-type': 'application/json', ...more }, body: gzipSync(jsonOf(value, chance)) };
      return { headers: { 'content-type': 'application/json', ...more }, body: damaged(Buffer.from(jsonOf(value, chance)), chance) };
    default:
      return { headers: { 'content-type': 'application/json', ...more }, body: Buffer.from(jsonOf(value, chance)) };
  }
}

/** JSON, at times with keys that stand twice, with numbers that no other writer makes, or nested too deeply. */
function jsonOf(value: unknown, chance: Chance): string {
  const text = JSON.stringify(value);
  switch (chance.below(20)) {
    case 0:
      return text.replace('{', `{"${chance.pick(['kind', 'spec', 'metadata', '__proto__'])}":${JSON.stringify(nastyValue(chance))},`);
    case 1:
      return text.replace(/:(\d+)/, `:${chance.pick(['1e400000', '9'.repeat(30_000), '-0', '1.0', '1E2', `0.${'0'.repeat(20_000)}1`])}`);
    case 2:
      return text.replace('"a":', `"a":${'['.repeat(5_000)}`);
    default:
      return text;
  }
}

function yamlOf(value: unknown, chance: Chance): string {
  const text = encodeYaml(value);
  switch (chance.below(6)) {
    case 0:
      return `${chance.pick(['x: &x [a, a]\n', 'x: &x {a: b}\n', 'x: &x\n'])}${text}${'y: [*x, *x]\n'.repeat(1 + chance.below(3))}`;
    case 1:
      return text.replace(': ', chance.pick([': !!binary ', ': !x ', ': &a ', ': *a', ': |\n  ', ': {', ': [', ': - ', ': ? ']));
    case 2:
      return `${text}${chance.pick(['\n', '# x\n', '---\na: b\n', '? {a: b}\n: c\n', '<<: {a: b}\n', '- x\n', '\t\n']).repeat(2 ** chance.below(12))}`;
    default:
      return text;
  }
}

/** Changes bytes now and then. */
function damaged(bytes: Buffer, chance: Chance): Buffer {
  if (!chance.oneIn(3) || bytes.length === 0) return bytes;
  const out = Buffer.from(bytes);
  for (let times = 1 + chance.below(4); times > 0; times--) out[chance.below(out.length)] = chance.below(256);
  return chance.oneIn(4) ? out.subarray(0, chance.below(out.length)) : out;
}

function deleteOptions(chance: Chance): unknown {
  const options: Record<string, unknown> = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: 'Background',
    preconditions: { uid: 'x' },
    gracePeriodSeconds: 0,
    dryRun: ['All'],
  };
  mutate(options, chance);
  return options;
}

function patch(kind: KindDefinition | undefined, chance: Chance): Pick<FuzzRequest, 'headers' | 'body'> {
  const type = chance.pick(PATCHES);
  const value = type === 'application/json-patch+json' ? operations(kind, chance) : partOf(kind, type, chance);
  const text = type === 'application/apply-patch+yaml' && chance.oneIn(2) ? yamlOf(value, chance) : jsonOf(value, chance);
  return { headers: { 'content-type': type, ...headers(chance) }, body: damaged(Buffer.from(text), chance) };
}

/** A part of an object of the kind, with directives in it where the patch has them. */
function partOf(kind: KindDefinition | undefined, type: string, chance: Chance): unknown {
  const object = richObject(kind, chance);
  mutate(object, chance);
  if (type === 'application/apply-patch+yaml') return object;
  for (const key of Object.keys(object)) if (chance.oneIn(3)) delete object[key];
  if (type === 'application/strategic-merge-patch+json' && chance.oneIn(2)) {
    const at = chance.pick([object, object.metadata, object.spec]);
    if (isObject(at))
      at[chance.pick(['$patch', '$retainKeys', '$setElementOrder/finalizers', '$deleteFromPrimitiveList/finalizers'])] = chance.pick([
        'replace',
        'delete',
        'merge',
        'x',
        ['a'],
        ['finalizers', 'name'],
        nastyValue(chance),
      ]);
  }
  return object;
}

const POINTERS = [
  '',
  '/',
  '/metadata',
  '/metadata/labels',
  '/metadata/labels/app',
  '/metadata/name',
  '/metadata/uid',
  '/metadata/annotations/x',
  '/metadata/finalizers',
  '/metadata/finalizers/-',
  '/spec',
  '/spec/replicas',
  '/spec/template',
  '/spec/containers/0',
  '/spec/containers/-',
  '/status',
  '/data',
  '/data/a',
  '/__proto__',
  '/constructor',
  '/metadata/managedFields',
  '/metadata/~1',
  '/metadata/labels/~0~1',
];

function operations(kind: KindDefinition | undefined, chance: Chance): unknown {
  const pointer = () =>
    chance.oneIn(8) ? longText(chance, 4_000) : `${chance.pick(POINTERS)}${chance.oneIn(6) ? `/${chance.pick(NASTY_NAMES)}` : ''}`;
  const operation = (): unknown => {
    const whole: Record<string, unknown> = {
      op: chance.pick(['add', 'add', 'replace', 'remove', 'copy', 'copy', 'move', 'test']),
      path: pointer(),
      from: pointer(),
      value: chance.oneIn(6) ? richObject(kind, chance) : nastyValue(chance),
    };
    if (chance.oneIn(12)) mutate(whole, chance);
    return whole;
  };
  const list = Array.from({ length: 1 + chance.below(chance.oneIn(20) ? 300 : 5) }, operation);
  if (chance.oneIn(12)) for (let i = 0; i < 30; i++) list.push({ op: 'copy', from: '/metadata', path: `/metadata/labels/n${i}` });
  return chance.oneIn(30) ? nastyValue(chance) : list;
}
