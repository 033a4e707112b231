import { ageColumn, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import type { KindAdmission, KindDefinition } from '../../definition/kind.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { newestFirst } from '../../meta/newest-first.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, notSupported, required, tooLong } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, string, struct, topLevel } from '../../schema/fields.ts';
import { domainPrefixedPathErrors } from '../../validation/domain-prefixed-path.ts';
import { childPath, pathText, rootPath } from '../../validation/field-path.ts';
import { addFaults, checkImmutable } from '../../validation/field-rules.ts';
import { byteLength, dns1123LabelFaults, dns1123SubdomainFaults, pathSegmentName } from '../../validation/name-rules.ts';
import { CLASS_ANNOTATION } from './ingress/rules.ts';
import type { Ingress } from './ingress/schema.ts';

export const IngressClassParametersReference = struct('IngressClassParametersReference', 'Names an object with parameters for the controller.', {
  apiGroup: string('Group of the object; the core group, if left out.', { presence: 'pointer' }).tag(1).optional(),
  kind: string('Kind of the object.').tag(2),
  name: string('Name of the object.').tag(3),
  namespace: string('Namespace of the object, if the scope is Namespace.', { presence: 'pointer' }).tag(5).optional(),
  scope: string('Cluster or Namespace. Cluster, if left out.', { presence: 'pointer' }).tag(4).optional(),
});
export type IngressClassParametersReference = Infer<typeof IngressClassParametersReference>;

export const IngressClassSpec = struct('IngressClassSpec', 'The controller of a class of Ingresses.', {
  controller: string('Name of the controller: a path with a domain in front, such as example.com/ingress.').tag(1).optional(),
  parameters: ref(IngressClassParametersReference, 'Further configuration for the controller.').tag(2).optional(),
});

export const IngressClass = topLevel('IngressClass', 'A class of Ingresses, which Ingresses name to choose their controller.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(IngressClassSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
});
export type IngressClass = Infer<typeof IngressClass>;

const MAX_CONTROLLER_BYTES = 250;
const CLUSTER = 'Cluster';
const NAMESPACE = 'Namespace';

function checkController(errors: FieldError[], controller: string): void {
  const field = pathText(childPath(rootPath('spec'), 'controller'));
  if (byteLength(controller) > MAX_CONTROLLER_BYTES) errors.push(tooLong(field, MAX_CONTROLLER_BYTES));
  errors.push(...domainPrefixedPathErrors(field, controller));
}

function checkParameters(errors: FieldError[], { apiGroup, kind, name, namespace, scope = '' }: IngressClassParametersReference): void {
  const path = childPath(rootPath('spec'), 'parameters');
  if (apiGroup !== undefined) addFaults(errors, dns1123SubdomainFaults(apiGroup), apiGroup, path, 'apiGroup');
  for (const [field, value] of [
    ['kind', kind],
    ['name', name],
  ] as const) {
    if (value === '') errors.push(required(pathText(path, field)));
    else addFaults(errors, pathSegmentName(value, false), value, path, field);
  }
  if (scope !== CLUSTER && scope !== NAMESPACE) errors.push(notSupported(pathText(path, 'scope'), scope, [CLUSTER, NAMESPACE]));
  else if (scope === CLUSTER && namespace !== undefined)
    errors.push(forbidden(pathText(path, 'namespace'), "`parameters.scope` is set to 'Cluster'"));
  else if (scope === NAMESPACE && namespace === undefined)
    errors.push(required(pathText(path, 'namespace'), "`parameters.scope` is set to 'Namespace'"));
  else if (namespace !== undefined) addFaults(errors, dns1123LabelFaults(namespace), namespace, path, 'namespace');
}

function validate({ spec }: IngressClass): FieldError[] {
  const errors: FieldError[] = [];
  checkController(errors, spec?.controller ?? '');
  if (spec?.parameters) checkParameters(errors, spec.parameters);
  return errors;
}

/** The rules of upstream's pkg/apis/networking/validation. */
const ingressClassStrategy: Strategy<IngressClass> = {
  generation: 'content',
  metadataChecks: { onUpdate: ['change', 'whole'] },
  default({ spec }) {
    if (spec?.parameters) spec.parameters.scope ??= CLUSTER;
  },
  validate,
  validateUpdate(ingressClass, old) {
    const errors: FieldError[] = [];
    checkImmutable(errors, ingressClass.spec?.controller ?? '', old.spec?.controller ?? '', 'spec.controller');
    return [...errors, ...validate(ingressClass)];
  },
};

const parametersText = ({ spec }: IngressClass): string => {
  if (!spec?.parameters) return '<none>';
  const { apiGroup, kind, name } = spec.parameters;
  return `${apiGroup === undefined ? kind : `${kind}.${apiGroup}`}/${name}`;
};

const ingressClassColumns: readonly Column<IngressClass>[] = [
  nameColumn,
  shown('Controller', 'The controller of the class.', ({ spec }) => spec?.controller ?? ''),
  shown('Parameters', 'The object with the parameters of the controller.', parametersText),
  ageColumn,
];

const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';

/** Gives new Ingresses that name no class the newest of the default classes (plugin/pkg/admission/network/defaultingressclass). */
const defaultIngressClass: KindAdmission<Ingress> = {
  name: 'DefaultIngressClass',
  of: { group: 'networking.k8s.io', plural: 'ingresses' },
  verbs: ['create'],
  admit(ingress, _old, { list }) {
    if (ingress.spec?.ingressClassName !== undefined || ingress.metadata?.annotations?.[CLASS_ANNOTATION] !== undefined) return;
    const defaults = list(ingressClasses).filter(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true');
    const [first] = defaults.toSorted((a, b) => newestFirst(a.metadata, b.metadata));
    if (first) ingress.spec = { ...ingress.spec, ingressClassName: first.metadata.name };
  },
};

export const ingressClasses: KindDefinition<IngressClass> = defineKind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  schema: IngressClass,
  columns: ingressClassColumns,
  strategy: ingressClassStrategy,
  admission: [defaultIngressClass],
});
