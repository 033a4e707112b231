import { semanticEqual } from '../../../../base/equality.ts';
import type { Live } from '../../../meta/object.ts';
import { errors } from '../../../meta/status-error.ts';
import type { DaemonSet } from './schema.ts';

/**
 * The annotation that holds the number of a DaemonSet's template: 1 at first, incremented with each change of the template. It was a field of
 * the spec before apps/v1, and the server still keeps it (k8s.io/kubernetes/pkg/apis/apps/v1/conversion.go).
 */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** Gives a DaemonSet that comes without the annotation the number 0. @throws StatusError 400 if the annotation is no number. */
export function defaultTemplateGeneration(set: DaemonSet): void {
  const text = set.metadata?.annotations?.[TEMPLATE_GENERATION];
  if (text === undefined) {
    setGeneration(set, 0);
    return;
  }
  if (/^[-+]?\d{1,18}$/.test(text)) return;
  throw errors.badRequest(
    `DaemonSet in version "v1" cannot be handled as a DaemonSet: strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

const generationOf = (set: DaemonSet): number => Number(set.metadata?.annotations?.[TEMPLATE_GENERATION] ?? 0);

function setGeneration(set: DaemonSet, generation: number): void {
  set.metadata ??= {};
  set.metadata.annotations = { ...set.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

/** A creator may start with a higher number, to take over the pods of another DaemonSet. */
export const startTemplateGeneration = (set: DaemonSet): void => setGeneration(set, Math.max(1, generationOf(set)));

export const keepTemplateGeneration = (set: DaemonSet, old: Live<DaemonSet>): void => setGeneration(set, generationOf(old));

export function advanceTemplateGeneration(set: DaemonSet, old: Live<DaemonSet>): void {
  setGeneration(set, generationOf(old) + (semanticEqual(set.spec?.template, old.spec?.template) ? 0 : 1));
}
