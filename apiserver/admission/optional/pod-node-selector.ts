import * as z from 'zod';
import type { Namespace } from '../../../api/kinds/core/namespace.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { errors, StatusError } from '../../../api/meta/status-error.ts';
import { fieldErrorText, invalid } from '../../../api/schema/field-error.ts';
import { labelValueFaults, qualifiedNameFaults } from '../../../api/validation/name-rules.ts';
import { own } from '../../../base/json.ts';
import { admitted, handlesOnly } from '../admitted.ts';
import { namespaceNamed } from './namespaces.ts';
import type { OptionalPlugin } from './optional-plugin.ts';
import { readConfiguration } from './read-configuration.ts';

type Labels = Readonly<Record<string, string>>;

/** The selector of namespaces without an annotation, under `clusterDefaultNodeSelector`, and the labels that the pods of a namespace may select, by its name. */
export type PodNodeSelectorConfiguration = Labels;

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';
const DEFAULT = 'clusterDefaultNodeSelector';

/** Reads labels of the form `a=b,c=d`; undefined stands for none. @throws StatusError in upstream's words, without a reason: code 500. */
function labelsOf(selector: string | undefined): Labels {
  const labels: Record<string, string> = {};
  if (!selector) return labels;
  for (const label of selector.split(',')) {
    const parts = label.split('=').map((part) => part.trim());
    const [key, value] = parts;
    if (key === undefined || value === undefined || parts.length !== 2)
      throw new StatusError('', `invalid selector: [${label.split('=').join(' ')}]`);
    const [keyFaults, valueFaults] = [qualifiedNameFaults(key), labelValueFaults(value)];
    // Upstream names no field: its error begins with Go's text of a path that is none.
    if (keyFaults.length > 0) throw new StatusError('', fieldErrorText(invalid('<nil>', key, keyFaults.join('; '))));
    if (valueFaults.length > 0) throw new StatusError('', fieldErrorText(invalid(`[${key}]`, value, valueFaults.join('; '))));
    labels[key] = value;
  }
  return labels;
}

const schema = z.strictObject({ podNodeSelectorPluginConfig: z.record(z.string(), z.string()).nullish() });

/** Reads the `podNodeSelectorPluginConfig` of a file. @throws Error that names the field and what it must be. */
export function podNodeSelectorConfiguration(value: unknown): PodNodeSelectorConfiguration {
  if (value === undefined) return {};
  const configuration = readConfiguration(schema, value).podNodeSelectorPluginConfig ?? {};
  for (const [name, selector] of Object.entries(configuration)) {
    try {
      labelsOf(selector);
    } catch (error) {
      throw new Error(`podNodeSelectorPluginConfig.${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return configuration;
}

const conflicts = (selector: Labels, others: Labels): boolean =>
  Object.entries(selector).some(([key, value]) => (own(others, key) ?? value) !== value);

/**
 * Adds the node selector of its namespace to each new pod, and refuses selectors that contradict it or select what the namespace may not
 * (plugin/pkg/admission/podnodeselector).
 */
export const podNodeSelector =
  (configuration: PodNodeSelectorConfiguration): OptionalPlugin =>
  ({ objects }) => {
    /** @throws StatusError if there is no such namespace, or its annotation is wrong. */
    async function selectorOf(name: string): Promise<Labels> {
      const namespace: Live<Namespace> | undefined = await namespaceNamed(objects, name);
      if (!namespace) throw errors.internal(`namespace ${name} does not exist`);
      return labelsOf(namespace.metadata.annotations?.[ANNOTATION] ?? configuration[DEFAULT]);
    }

    /** @throws StatusError Forbidden if the pod's selector contradicts that of its namespace, or selects what it may not. */
    function check(name: string, selector: Labels, ofNamespace: Labels, namespace: string): void {
      if (conflicts(ofNamespace, selector)) {
        throw errors.forbidden(pods, name, 'pod node label selector conflicts with its namespace node label selector');
      }
      const allowed = labelsOf(own(configuration, namespace));
      if (Object.keys(allowed).length === 0) return;
      if (Object.entries(selector).some(([key, value]) => own(allowed, key) !== value)) {
        throw errors.forbidden(pods, name, 'pod node label selector labels conflict with its namespace whitelist');
      }
    }

    return {
      name: 'PodNodeSelector',
      handles: handlesOnly(pods, 'create'),
      async admit(attributes) {
        const pod = admitted(pods, attributes)?.object;
        if (!pod?.spec) return;
        const { namespace } = attributes.key;
        const ofNamespace = await selectorOf(namespace);
        const { nodeSelector = {} } = pod.spec;
        const name = pod.metadata?.name ?? '';
        if (conflicts(ofNamespace, nodeSelector)) check(name, nodeSelector, ofNamespace, namespace);
        const merged = { ...ofNamespace, ...nodeSelector };
        if (Object.keys(merged).length > 0) pod.spec.nodeSelector = merged;
        check(name, merged, ofNamespace, namespace);
      },
      async validate(attributes) {
        const pod = admitted(pods, attributes)?.object;
        if (!pod?.spec) return;
        const { namespace } = attributes.key;
        check(pod.metadata?.name ?? '', pod.spec.nodeSelector ?? {}, await selectorOf(namespace), namespace);
      },
    };
  };
