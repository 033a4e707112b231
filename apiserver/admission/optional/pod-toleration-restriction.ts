import { namespaces } from '../../../api/kinds/core/namespace.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { qosClassOfPod } from '../../../api/kinds/core/pod/qos.ts';
import { errors, StatusError } from '../../../api/meta/status-error.ts';
import { Toleration } from '../../../api/pod/placement/affinity.ts';
import { decoderOf } from '../../../api/schema/decode.ts';
import { report } from '../../../api/schema/decode-report.ts';
import { atomicList } from '../../../api/schema/fields.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import { semanticEqual } from '../../../base/equality.ts';
import { goSyntaxProblem } from '../../../base/go-json-syntax.ts';
import { finished } from '../../../base/steps.ts';
import { admitted, handlesOnly } from '../admitted.ts';
import { namespaceNamed } from './namespaces.ts';
import type { OptionalPlugin } from './optional-plugin.ts';
import type { PodTolerationConfiguration } from './pod-toleration-configuration.ts';

type Tolerations = readonly Toleration[];

const DEFAULT = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
const MEMORY_PRESSURE: Toleration = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };

const schema = structuralOf(atomicList(Toleration, 'The tolerations of an annotation.'));

/** Reads an annotation; an empty one is an empty list. @throws StatusError in Go's words, without a reason: code 500. */
function tolerationsIn(text: string): Tolerations {
  if (text === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StatusError('', finished(goSyntaxProblem(text)));
  }
  const state = { failed: false, unknown: false };
  const tolerations = decoderOf(schema)(value, state);
  if (state.failed) throw new StatusError('', finished(report(value, schema, false)).problem ?? 'json: cannot unmarshal the tolerations');
  return (tolerations ?? []) as Tolerations;
}

/** Whether one toleration tolerates all that the other does (pkg/util/tolerations, isSuperset). */
function covers(one: Toleration, other: Toleration): boolean {
  if (isEqual(one, other)) return true;
  const { key = '', operator = '', effect = '', value = '', tolerationSeconds } = one;
  if ((other.key ?? '') !== key && (key !== '' || operator !== 'Exists')) return false;
  if ((other.effect ?? '') !== effect && effect !== '') return false;
  if (effect === 'NoExecute' && tolerationSeconds !== undefined) {
    if (other.tolerationSeconds === undefined || other.tolerationSeconds > tolerationSeconds) return false;
  }
  if (operator === 'Exists') return true;
  return (operator === 'Equal' || operator === '') && other.operator === 'Equal' && (other.value ?? '') === value;
}

/** An empty field is the same as none. */
const isEqual = (a: Toleration, b: Toleration): boolean =>
  semanticEqual(a.tolerationSeconds, b.tolerationSeconds) &&
  (['key', 'operator', 'value', 'effect'] as const).every((field) => (a[field] ?? '') === (b[field] ?? ''));

/** Joins tolerations, those left out that another one covers; of equal ones the first stays. */
function merged(all: Tolerations): Toleration[] {
  const kept: Toleration[] = [];
  for (const [i, one] of all.entries()) {
    if (kept.some((other) => covers(other, one))) continue;
    if (all.slice(i + 1).some((later) => !isEqual(one, later) && covers(later, one))) continue;
    kept.push(one);
  }
  return kept;
}

/**
 * Gives pods the tolerations of their namespace, and that of memory pressure if they ask for resources; refuses tolerations that are not on the
 * whitelist of the namespace. Both come from its annotations, or from the configuration. Refusals have no reason and the code 500, as upstream's
 * (plugin/pkg/admission/podtolerationrestriction).
 */
export const podTolerationRestriction =
  (configuration: PodTolerationConfiguration): OptionalPlugin =>
  ({ objects }) => {
    /** Returns the tolerations of an annotation of a namespace; undefined if it has none. @throws StatusError 404 if there is no namespace. */
    async function ofNamespace(name: string, annotation: string): Promise<Tolerations | undefined> {
      const namespace = await namespaceNamed(objects, name);
      if (!namespace) throw errors.notFound(namespaces, name);
      const text = namespace.metadata.annotations?.[annotation];
      return text === undefined ? undefined : tolerationsIn(text);
    }

    async function check(namespace: string, tolerations: Tolerations = []): Promise<void> {
      if (tolerations.length === 0) return;
      const own = await ofNamespace(namespace, WHITELIST);
      const whitelist = own ?? configuration.whitelist;
      if (whitelist.length === 0 || tolerations.every((one) => whitelist.some((allowed) => covers(allowed, one)))) return;
      const scope = own ? 'namespace' : 'cluster';
      const why = `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`;
      throw new StatusError('', why);
    }

    return {
      name: 'PodTolerationRestriction',
      handles: handlesOnly(pods, 'create', 'update'),
      async admit(attributes) {
        const pod = admitted(pods, attributes)?.object;
        if (!pod?.spec) return;
        const { namespace } = attributes.key;
        const extra = attributes.verb === 'create' ? [...((await ofNamespace(namespace, DEFAULT)) ?? configuration.default)] : [];
        if (qosClassOfPod(pod) !== 'BestEffort') extra.push(MEMORY_PRESSURE);
        if (extra.length > 0) pod.spec.tolerations = merged([...(pod.spec.tolerations ?? []), ...extra]).map((one) => ({ ...one }));
        await check(namespace, pod.spec.tolerations);
      },
      validate: (attributes) => check(attributes.key.namespace, admitted(pods, attributes)?.object.spec?.tolerations),
    };
  };
