import type * as z from 'zod';
import type { Kind } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { ObjectMeta } from '../../api/meta/object-meta.ts';
import type { Client } from '../client/client.ts';
import type { Informer, Informers } from '../watch/informer.ts';
import type { ResourceClient } from './resource-client.ts';
import { resourceClient } from './resource-client.ts';
import type { StructuralNode } from './structural-node.ts';
import { structuralSchema } from './structural-schema.ts';

/** An object of a resource as the cluster serves it: defaults are filled in. */
export interface ResourceObject<Spec, Status> extends KubeObject {
  spec: Spec;
  status?: Status | undefined;
}

/** An object as it is written: fields with a default may be left out. */
export interface ResourceInput<Spec> extends KubeObject {
  metadata: ObjectMeta;
  spec: Spec;
}

export interface PrinterColumn {
  readonly name: string;
  /** The field: `spec.domain`. */
  readonly path: string;
  readonly description?: string;
  /** Columns above 0 are shown with `-o wide`. */
  readonly priority?: number;
}

export interface ResourceOptions<Spec extends z.ZodType, Status extends z.ZodType> {
  readonly group: string;
  /** Default `v1`. */
  readonly version?: string;
  readonly kind: string;
  /** Default: the kind's name in lower case, as a plural. */
  readonly plural?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Default `Namespaced`. */
  readonly scope?: 'Namespaced' | 'Cluster';
  readonly description?: string;
  /** An object schema. Its checks that are made by `rule` become CEL. */
  readonly spec: Spec;
  /** An object schema. With it the resource has the subresource `status`. */
  readonly status?: Status;
  /** The columns of `kubectl get`, between the name and the age. */
  readonly columns?: readonly PrinterColumn[];
  /** The fields behind `kubectl scale` and autoscalers: `{ specReplicas: 'spec.replicas', statusReplicas: 'status.replicas' }`. */
  readonly scale?: { readonly specReplicas: string; readonly statusReplicas: string; readonly selector?: string };
}

/** A resource of one's own: a kind for every client and controller, with what a cluster and its users must know of it. */
export interface Resource<Spec extends z.ZodType = z.ZodType, Status extends z.ZodType = z.ZodType>
  extends Kind<ResourceObject<z.output<Spec>, z.output<Status>>> {
  /** The manifest for `kubectl apply`, or `installResources`. */
  readonly definition: CustomResourceDefinition;
  /** The fields with refinements that are plain functions: `parse` makes them, the cluster does not. */
  readonly clientOnly: readonly string[];
  /** Checks an object as the cluster does, and fills in defaults. @throws ZodError */
  parse(object: ResourceInput<z.input<Spec>>): ResourceObject<z.output<Spec>, z.output<Status>>;
  /** Returns a client of this resource alone, in a namespace (default `default`; of none for resources of the cluster). */
  client(client: Client, namespace?: string): ResourceClient<z.input<Spec>, z.output<Spec>, z.output<Status>>;
  informer(informers: Informers): Informer<ResourceObject<z.output<Spec>, z.output<Status>>>;
}

/**
 * Defines a resource by a zod schema: its CustomResourceDefinition, the types of its objects, and clients for them.
 * @throws Error that names the field, if a part of the schema has no form in a CustomResourceDefinition.
 */
export function defineResource<Spec extends z.ZodType, Status extends z.ZodType = z.ZodType>(
  options: ResourceOptions<Spec, Status>,
): Resource<Spec, Status> {
  const { group, version = 'v1', kind, plural = pluralOf(kind), scope = 'Namespaced' } = options;
  const spec = structuralSchema(options.spec, 'spec');
  const status = options.status && structuralSchema(options.status, 'status');
  const base = { group, version, kind, plural, namespaced: scope === 'Namespaced' };
  const schema: StructuralNode = {
    type: 'object',
    ...(options.description === undefined ? {} : { description: options.description }),
    required: ['spec'],
    properties: { spec: spec.schema, ...(status ? { status: status.schema } : {}) },
  };
  const own: Resource<Spec, Status> = {
    ...base,
    definition: definitionOf(options, base, schema),
    clientOnly: [...spec.clientOnly, ...(status?.clientOnly ?? [])],
    parse: (object) => ({ ...object, apiVersion: apiVersionOf(base), kind, spec: options.spec.parse(object.spec) }),
    client: (client, namespace) => resourceClient(own, client, base.namespaced ? (namespace ?? 'default') : ''),
    informer: (informers) => informers.of<ResourceObject<z.output<Spec>, z.output<Status>>>(own),
  };
  return own;
}

function definitionOf(
  { shortNames, categories, columns = [], scale, status, scope = 'Namespaced' }: ResourceOptions<z.ZodType, z.ZodType>,
  { group, version, kind, plural }: Kind,
  schema: StructuralNode,
): CustomResourceDefinition {
  const printed = columns.map(({ path, ...column }) => {
    const { type = 'string', format } = fieldAt(schema, path, `column ${JSON.stringify(column.name)}`);
    return { ...column, type: format === 'date-time' ? 'date' : type === 'object' || type === 'array' ? 'string' : type, jsonPath: `.${path}` };
  });
  const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
  for (const path of scale ? [scale.specReplicas, scale.statusReplicas, ...(scale.selector === undefined ? [] : [scale.selector])] : [])
    fieldAt(schema, path, 'scale');
  const scaled = scale && {
    specReplicasPath: `.${scale.specReplicas}`,
    statusReplicasPath: `.${scale.statusReplicas}`,
    ...(scale.selector === undefined ? {} : { labelSelectorPath: `.${scale.selector}` }),
  };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: {
        kind,
        plural,
        singular: kind.toLowerCase(),
        listKind: `${kind}List`,
        ...(shortNames ? { shortNames: [...shortNames] } : {}),
        ...(categories ? { categories: [...categories] } : {}),
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { ...(status ? { status: {} } : {}), ...(scaled ? { scale: scaled } : {}) },
          ...(printed.length === 0 ? {} : { additionalPrinterColumns: [...printed, age] }),
        },
      ],
    },
  };
  // The schema's nodes are those of the API, read-only.
  return structuredClone(definition) as CustomResourceDefinition;
}

/** Returns the schema of a field. @throws Error if there is none. */
function fieldAt(schema: StructuralNode, path: string, of: string): StructuralNode {
  let node: StructuralNode | undefined = schema;
  for (const name of path.split('.')) node = node?.properties?.[name] ?? node?.additionalProperties;
  if (!node) throw new Error(`${of}: the schema has no field ${path}: write it as spec.NAME or status.NAME`);
  return node;
}

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}
