import type { KindDefinition, Subresource, Verb } from '../../../api/definition/kind.ts';
import { apiVersionOf, pathOf } from '../../../api/definition/kind.ts';
import type { Operation, OperationWriter } from './operation.ts';
import type { Parameter } from './parameters.ts';
import { DELETE, DELETE_COLLECTION, LIST, PATCH, pathParameter, READ, WRITE } from './parameters.ts';
import type { Json } from './schema-document.ts';
import { kindSchemaName, metaName, packageOf } from './schema-names.ts';

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
export const BUILT_IN_TYPES = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE];
const STREAM_TYPES = [...BUILT_IN_TYPES, `${JSON_TYPE};stream=watch`, `${PROTOBUF_TYPE};stream=watch`];
const CUSTOM_TYPES = [JSON_TYPE, YAML_TYPE];
const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json'];
const STRATEGIC_TYPE = 'application/strategic-merge-patch+json';
const APPLY_TYPE = 'application/apply-patch+yaml';
const ANY_TYPE = ['*/*'];

type Method = 'get' | 'put' | 'post' | 'delete' | 'patch' | 'options' | 'head';

/** Returns the paths of a kind and of its subresources, with an operation for each verb. */
export function pathsOf(kind: KindDefinition, writer: OperationWriter): Json {
  const paths: Json = {};
  const add = (path: string, operations: readonly (readonly [Method, Operation])[]) => {
    if (operations.length === 0) return;
    const shared = pathParameters(path, kind.kind);
    paths[path] = {
      ...Object.fromEntries(operations.map(([method, operation]) => [method, writer.operation(operation)])),
      ...(shared.length > 0 ? { parameters: shared.map(writer.parameter) } : {}),
    };
  };
  const collection = pathOf(kind, kind.namespaced ? '{namespace}' : undefined);
  const object = `${collection}/{name}`;
  add(collection, operationsOf(kind, ['list', 'create', 'deletecollection']));
  add(object, operationsOf(kind, ['get', 'update', 'delete', 'patch']));
  if (kind.namespaced) add(pathOf(kind), operationsOf(kind, ['list'], 'ForAllNamespaces'));
  for (const subresource of kind.subresources) {
    const path = `${object}/${subresource.name}`;
    add(path, subresourceOperations(kind, subresource, ''));
    if (subresource.anyPath) add(`${path}/{path}`, subresourceOperations(kind, subresource, 'WithPath'));
  }
  if (!kind.structural && kind.verbs.includes('watch')) {
    const watched = (path: string) => path.replace(/^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)\//, '$1/watch/');
    add(watched(collection), [['get', watchOperation(kind, 'watchlist', 'List')]]);
    add(watched(object), [['get', watchOperation(kind, 'watch', '')]]);
    if (kind.namespaced) add(watched(pathOf(kind)), [['get', watchOperation(kind, 'watchlist', 'ListForAllNamespaces')]]);
  }
  return paths;
}

function pathParameters(path: string, kind: string): readonly Parameter[] {
  const found: Parameter[] = [];
  if (path.includes('{name}')) found.push(pathParameter('name', `Name of the ${kind}.`));
  if (path.includes('{namespace}')) found.push(pathParameter('namespace', 'Namespace of the object.'));
  if (path.includes('{path}')) found.push(pathParameter('path', 'Path of the request that is passed on.'));
  return found;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Returns the name of an operation: `listCoreV1NamespacedPod`. */
function idOf(kind: KindDefinition, verb: string, suffix: string, middle = ''): string {
  const group = (kind.group || 'core').replace(/\.k8s\.io$/, '').split(/[.-]/);
  const scope = kind.namespaced && !suffix.endsWith('ForAllNamespaces') ? 'Namespaced' : '';
  return `${verb}${group.map(capital).join('')}${capital(kind.version)}${middle}${scope}${kind.kind}${suffix}`;
}

const tagOf = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  `${(group || 'core').replace(/\.k8s\.io$/, '').replace(/[.-](.)/g, (_, next: string) => next.toUpperCase())}_${version}`;

const typesOf = (kind: KindDefinition): readonly string[] => (kind.structural ? CUSTOM_TYPES : BUILT_IN_TYPES);

/** The operations of a kind, or of a subresource that takes and gives objects. */
interface Target {
  readonly kind: KindDefinition;
  readonly about: { readonly group: string; readonly version: string; readonly kind: string };
  readonly schema: string;
  readonly suffix: string;
}

function operationsOf(kind: KindDefinition, verbs: readonly Verb[], suffix = ''): (readonly [Method, Operation])[] {
  const target: Target = { kind, about: kind, schema: kindSchemaName(kind), suffix };
  return verbs.filter((verb) => kind.verbs.includes(verb)).map((verb) => operationOf(verb, target));
}

function operationOf(verb: Verb, { kind, about, schema, suffix }: Target): readonly [Method, Operation] {
  const types = typesOf(kind);
  const base = { tag: tagOf(kind), about, produces: types, answer: { schema } };
  const bodyTypes = kind.structural ? CUSTOM_TYPES : ANY_TYPE;
  const options = { schema: metaName('DeleteOptions'), types: bodyTypes, optional: true } as const;
  const status = { schema: metaName('Status') };
  switch (verb) {
    case 'list': {
      const produces = kind.structural ? types : STREAM_TYPES;
      const description = `list objects of kind ${kind.kind}`;
      return [
        'get',
        {
          ...base,
          id: idOf(kind, 'list', suffix),
          description,
          action: 'list',
          parameters: LIST,
          answer: { schema: `${schema}List` },
          produces,
          codes: [200],
        },
      ];
    }
    case 'create': {
      const description = `create a ${about.kind}`;
      return [
        'post',
        {
          ...base,
          id: idOf(kind, 'create', suffix),
          description,
          action: 'post',
          parameters: WRITE,
          body: { schema, types: bodyTypes },
          codes: [200, 201, 202],
        },
      ];
    }
    case 'get':
      return [
        'get',
        { ...base, id: idOf(kind, 'read', suffix), description: `read the ${about.kind}`, action: 'get', parameters: READ, codes: [200] },
      ];
    case 'update': {
      const description = `replace the ${about.kind}`;
      return [
        'put',
        {
          ...base,
          id: idOf(kind, 'replace', suffix),
          description,
          action: 'put',
          parameters: WRITE,
          body: { schema, types: bodyTypes },
          codes: [200, 201],
        },
      ];
    }
    case 'patch': {
      const patches = [...PATCH_TYPES, ...(kind.structural ? [] : [STRATEGIC_TYPE]), APPLY_TYPE];
      const body = { schema: metaName('Patch'), types: patches };
      const codes = kind.structural ? [200] : [200, 201];
      return [
        'patch',
        {
          ...base,
          id: idOf(kind, 'patch', suffix),
          description: `change the ${about.kind} in part`,
          action: 'patch',
          parameters: PATCH,
          body,
          codes,
        },
      ];
    }
    case 'delete': {
      const answer = kind.deletion?.returnsObject ? { schema } : status;
      const description = `delete a ${about.kind}`;
      return [
        'delete',
        { ...base, id: idOf(kind, 'delete', suffix), description, action: 'delete', parameters: DELETE, body: options, answer, codes: [200, 202] },
      ];
    }
    default: {
      const id = idOf(kind, 'delete', suffix, 'Collection');
      const description = `delete objects of kind ${kind.kind}`;
      return [
        'delete',
        { ...base, id, description, action: 'deletecollection', parameters: DELETE_COLLECTION, body: options, answer: status, codes: [200] },
      ];
    }
  }
}

function watchOperation(kind: KindDefinition, action: string, suffix: string): Operation {
  return {
    id: idOf(kind, 'watch', suffix),
    tag: tagOf(kind),
    description: `watch objects of kind ${kind.kind}; deprecated: use the parameter watch with a list`,
    action,
    about: kind,
    parameters: LIST,
    answer: { schema: metaName('WatchEvent') },
    produces: STREAM_TYPES,
    codes: [200],
  };
}

const METHODS: Readonly<Partial<Record<Verb, Method>>> = { get: 'get', create: 'post', update: 'put', delete: 'delete', patch: 'patch' };

function subresourceOperations(kind: KindDefinition, subresource: Subresource, more: string): (readonly [Method, Operation])[] {
  const { name, query, verbs, group = '', version, kind: other } = subresource;
  const about =
    version === undefined ? { group: kind.group, version: kind.version, kind: other ?? kind.kind } : { group, version, kind: other ?? kind.kind };
  const suffix = capital(name) + more;
  if (query === undefined) {
    const schema = `${packageOf(about.group, about.version)}.${about.kind}`;
    return verbs.filter((verb) => verb in METHODS).map((verb) => operationOf(verb, { kind, about, schema, suffix }));
  }
  const parameters = Object.entries(query).map(
    ([parameter, type]): Parameter => ({ name: parameter, in: 'query', type, description: `Option of ${name}.` }),
  );
  const base = { tag: tagOf(kind), about, parameters, answer: { type: 'string' }, codes: [200] } as const;
  // A subresource of the kind itself is read as a text; others connect to something.
  if (other === undefined) {
    const produces = ['text/plain', ...BUILT_IN_TYPES];
    return [['get', { ...base, id: idOf(kind, 'read', suffix), description: `read ${name} of the ${kind.kind}`, action: 'get', produces }]];
  }
  const methods: Method[] = verbs.flatMap((verb) => METHODS[verb] ?? []);
  if (subresource.anyPath) methods.push('options', 'head');
  return methods.map((method) => {
    const id = idOf(kind, `connect${capital(method)}`, suffix);
    return [
      method,
      { ...base, id, description: `connect ${method.toUpperCase()} requests to ${name} of ${kind.kind}`, action: 'connect', produces: ANY_TYPE },
    ];
  });
}

/** Returns the path of the discovery of a group version, or of a group. */
export function discoveryPath(path: string, tag: string, what: string, writer: OperationWriter): Json {
  return {
    [path]: {
      get: writer.operation({
        id: `get${capital(tag)}${what === 'APIResourceList' ? 'APIResources' : what === 'APIGroup' ? 'APIGroup' : 'APIVersions'}`,
        tag,
        description: 'get what is available',
        parameters: [],
        answer: { schema: metaName(what) },
        produces: BUILT_IN_TYPES,
        codes: [200],
      }),
    },
  };
}

/** Returns the path of the resources of a group version. */
export const resourcesPath = (kind: KindDefinition, writer: OperationWriter): Json =>
  discoveryPath(`/${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}/`, tagOf(kind), 'APIResourceList', writer);
