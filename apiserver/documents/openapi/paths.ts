import type { KindDefinition, Subresource, Verb } from '../../../api/definition/kind.ts';
import { pathOf } from '../../../api/definition/kind.ts';
import type { Json } from './schema-document.ts';
import { kindSchemaName, metaName } from './schema-names.ts';

/** A document's way to refer to a schema by name, and to write bodies and answers. */
export interface OperationStyle {
  readonly schema: (name: string) => Json;
  readonly body: (schema: Json, types: readonly string[]) => Json;
  readonly answer: (schema: Json, description: string) => Json;
  readonly parameter: (name: string, where: 'path' | 'query', type: string, description: string) => Json;
}

interface Kindly {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];
const APPLY_TYPES = ['application/apply-patch+yaml'];

const QUERY: Readonly<Record<string, readonly [string, string]>> = {
  pretty: ['string', 'Answer with line breaks and indentation.'],
  dryRun: ['string', 'All: check everything, but store nothing.'],
  fieldManager: ['string', 'Who makes the change.'],
  fieldValidation: ['string', 'What to do about unknown and doubled fields: Ignore, Warn or Strict.'],
  force: ['boolean', 'Take fields over from other managers; for apply alone.'],
  labelSelector: ['string', 'Limits the answer by labels.'],
  fieldSelector: ['string', 'Limits the answer by fields.'],
  limit: ['integer', 'Most objects to answer with.'],
  continue: ['string', 'Where to go on with a list that was cut.'],
  resourceVersion: ['string', 'How new the answer must be.'],
  resourceVersionMatch: ['string', 'How resourceVersion is meant: Exact or NotOlderThan.'],
  timeoutSeconds: ['integer', 'Ends a list or watch after so many seconds.'],
  watch: ['boolean', 'Answer with changes, as they come.'],
  allowWatchBookmarks: ['boolean', 'Send bookmarks in a watch.'],
  sendInitialEvents: ['boolean', 'Begin a watch with what exists.'],
  gracePeriodSeconds: ['integer', 'Seconds until the end.'],
  propagationPolicy: ['string', 'What happens to dependents: Orphan, Background or Foreground.'],
};

const WRITE = ['pretty', 'dryRun', 'fieldManager', 'fieldValidation'];
const LIST = [
  'pretty',
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];

const METHODS: readonly (readonly [Verb, string, string])[] = [
  ['get', 'get', 'get'],
  ['list', 'get', 'list'],
  ['create', 'post', 'post'],
  ['update', 'put', 'put'],
  ['patch', 'patch', 'patch'],
  ['delete', 'delete', 'delete'],
  ['deletecollection', 'delete', 'deletecollection'],
];

function operation(verb: Verb, action: string, id: string, kind: KindDefinition, about: Kindly, name: string, style: OperationStyle): Json {
  const query = (names: readonly string[]) => names.map((n) => style.parameter(n, 'query', QUERY[n]?.[0] ?? 'string', QUERY[n]?.[1] ?? ''));
  const one = style.schema(name);
  const many = style.schema(`${name}List`);
  const status = style.schema(metaName('Status'));
  const options = style.schema(metaName('DeleteOptions'));
  const base = {
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: about.group, version: about.version, kind: about.kind },
    tags: [`${kind.group === '' ? 'core' : kind.group.replace(/\..*/, '')}_${kind.version}`],
    operationId: id,
  };
  const made = (parameters: Json[], body: Json, answer: Json, code = '200'): Json => ({
    ...base,
    ...mergeBody(parameters, body),
    responses: { [code]: answer, '401': { description: 'Unauthorized' } },
  });
  switch (verb) {
    case 'get':
      return made(query(['pretty']), {}, style.answer(one, 'OK'));
    case 'list':
      return made(query(LIST), {}, style.answer(many, 'OK'));
    case 'create':
      return made(query(WRITE), style.body(one, ['*/*']), style.answer(one, 'Created'), '201');
    case 'update':
      return made(query(WRITE), style.body(one, ['*/*']), style.answer(one, 'OK'));
    case 'patch': {
      const types = kind.structural ? PATCH_TYPES.slice(0, 2) : PATCH_TYPES;
      return made(query([...WRITE, 'force']), style.body(style.schema(metaName('Patch')), [...types, ...APPLY_TYPES]), style.answer(one, 'OK'));
    }
    case 'delete':
      return made(query(['pretty', 'dryRun', 'gracePeriodSeconds', 'propagationPolicy']), style.body(options, ['*/*']), style.answer(status, 'OK'));
    default:
      return made(query([...LIST, 'dryRun', 'gracePeriodSeconds', 'propagationPolicy']), style.body(options, ['*/*']), style.answer(status, 'OK'));
  }
}

/** 2.0 has the body among the parameters, 3.0 beside them. */
function mergeBody(parameters: Json[], body: Json): Json {
  const { parameters: more, ...rest } = body;
  return { parameters: [...parameters, ...(Array.isArray(more) ? more : [])], ...rest };
}

/** The paths of a kind and its subresources, with an operation for each verb. */
export function pathsOf(kind: KindDefinition, style: OperationStyle): Json {
  const paths: Json = {};
  const own = kindSchemaName(kind);
  const namespace = kind.namespaced ? '{namespace}' : undefined;
  const collection = pathOf(kind, namespace);
  const object = `${collection}/{name}`;
  const scope = kind.namespaced ? 'Namespaced' : '';
  const add = (path: string, verbs: readonly Verb[], wanted: readonly Verb[], about: Kindly, name: string, suffix: string) => {
    const operations = METHODS.filter(([verb]) => verbs.includes(verb) && wanted.includes(verb));
    if (operations.length === 0) return;
    const item: Json = {};
    for (const [verb, method, action] of operations) {
      const id = `${verb === 'update' ? 'replace' : verb === 'get' ? 'read' : verb}${packageId(kind)}${scope}${kind.kind}${suffix}`;
      item[method] = operation(verb, action, id, kind, about, name, style);
    }
    const parameters: Json[] = [];
    if (path.includes('{name}')) parameters.push(style.parameter('name', 'path', 'string', `Name of the ${kind.kind}.`));
    if (path.includes('{namespace}')) parameters.push(style.parameter('namespace', 'path', 'string', 'Namespace of the object.'));
    if (parameters.length > 0) item.parameters = parameters;
    paths[path] = item;
  };
  if (kind.namespaced) add(pathOf(kind), kind.verbs, ['list'], kind, own, 'ForAllNamespaces');
  add(collection, kind.verbs, ['list', 'create', 'deletecollection'], kind, own, '');
  add(object, kind.verbs, ['get', 'update', 'patch', 'delete'], kind, own, '');
  for (const sub of kind.subresources) {
    const about = aboutOf(kind, sub);
    add(`${object}/${sub.name}`, sub.verbs, ['get', 'create', 'update', 'patch', 'delete'], about, nameOf(kind, sub), capital(sub.name));
  }
  return paths;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const packageId = (kind: KindDefinition): string => capital((kind.group || 'core').replace(/\..*/, '')) + capital(kind.version);

const aboutOf = (kind: KindDefinition, { group, version, kind: other }: Subresource): Kindly => ({
  group: group ?? kind.group,
  version: version ?? kind.version,
  kind: other ?? kind.kind,
});

/** Subresources that take another kind are described as taking what the parent is, unless it is Scale or Eviction or the like of their own. */
const nameOf = (kind: KindDefinition, sub: Subresource): string => (sub.kind === 'Scale' ? 'io.k8s.api.autoscaling.v1.Scale' : kindSchemaName(kind));
