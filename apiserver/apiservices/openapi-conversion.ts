import type { OpenApiV2 } from './remote-openapi.ts';

type Json = Readonly<Record<string, unknown>>;

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
/** Fields of a v2 parameter that describe its value: in v3 they stand in a schema of their own. */
const VALUE_FIELDS = new Set([
  'type',
  'format',
  'items',
  'default',
  'enum',
  'maximum',
  'minimum',
  'maxLength',
  'minLength',
  'pattern',
  'uniqueItems',
]);

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);

/** Leads references to the place that definitions have in v3. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === '$ref' && typeof one === 'string' ? one.replace('#/definitions/', '#/components/schemas/') : moved(one),
    ]),
  );
}

function parameter(one: Json): Json {
  const entries = Object.entries(one).filter(([key]) => key !== 'schema');
  const value = Object.fromEntries(entries.filter(([key]) => VALUE_FIELDS.has(key)));
  return { ...Object.fromEntries(entries.filter(([key]) => !VALUE_FIELDS.has(key))), schema: moved(value) };
}

const content = (types: readonly string[], schema: unknown) =>
  Object.fromEntries((types.length === 0 ? ['*/*'] : types).map((type) => [type, { schema: moved(schema) }]));

function operation({ consumes, produces, parameters, responses, ...rest }: Json): Json {
  const all = (Array.isArray(parameters) ? parameters : []).filter(isRecord);
  const body = all.find((one) => one.in === 'body');
  const others = all.filter((one) => one !== body).map(parameter);
  const { schemes: _, ...kept } = rest;
  const answers = Object.entries(isRecord(responses) ? responses : {}).map(([code, response]) => {
    const { schema, ...own } = isRecord(response) ? response : {};
    return [code, schema === undefined ? own : { ...own, content: content(texts(produces), schema) }];
  });
  return {
    ...kept,
    ...(others.length > 0 ? { parameters: others } : {}),
    ...(body ? { requestBody: { content: content(texts(consumes), body.schema), ...(body.required === true ? { required: true } : {}) } } : {}),
    responses: Object.fromEntries(answers),
  };
}

function pathItem(item: Json): Json {
  const parameters = (Array.isArray(item.parameters) ? item.parameters : []).filter(isRecord);
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => {
      if (key === 'parameters') return [key, parameters.map(parameter)];
      return [key, METHODS.includes(key) && isRecord(value) ? operation(value) : value];
    }),
  );
}

/** Makes a document of OpenAPI 3.0 of one of 2.0, as upstream does for servers that have no other (k8s.io/kube-openapi/pkg/openapiconv). */
export function convertToV3({ paths, definitions }: OpenApiV2): Json {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, pathItem(item)])),
    components: { schemas: moved(definitions) },
  };
}
