import type { ControllerRevision } from '../../../api/kinds/apps/controller-revision.ts';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { defaultPodTemplate } from '../../../api/pod/template/pod-template-defaults.ts';
import { isObject, setOwn } from '../../../base/json.ts';
import { oncePer } from '../../../base/once-per.ts';

/**
 * The data of a ControllerRevision: a strategic merge patch that puts a pod template back into a workload. kubectl applies it for
 * `rollout undo`, and compares its bytes with those that it makes itself (k8s.io/kubectl/pkg/polymorphichelpers), so keys are sorted.
 */
export interface RevisionData {
  readonly spec: { readonly template: Readonly<Record<string, unknown>> };
}

/** Returns a copy with sorted keys and without undefined fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) if (value[key] !== undefined) setOwn(out, key, sorted(value[key]));
  return out;
}

/** Returns the data by which a workload with this template is restored. The result is shared and must not be changed. */
export const revisionDataOf: (template: PodTemplateSpec) => RevisionData = oncePer((template: PodTemplateSpec) => ({
  spec: { template: sorted({ ...template, $patch: 'replace' }) as Record<string, unknown> },
}));

/** Returns the text that Go's encoder makes of the data: it escapes what HTML would read. */
export const revisionText: (data: object) => string = oncePer((data: object) =>
  JSON.stringify(sorted(data)).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
);

/** Returns the template that a revision holds; undefined if its data is none of a workload's. */
export function templateOf({ data }: Pick<ControllerRevision, 'data'>): PodTemplateSpec | undefined {
  const spec = isObject(data) ? data.spec : undefined;
  const template = isObject(spec) ? spec.template : undefined;
  if (!isObject(template)) return undefined;
  const { $patch: _, ...content } = template;
  return content;
}

/**
 * Whether a revision holds this template. A revision that an older server wrote lacks the defaults of fields that are new: it is compared
 * with them filled in, or a change of versions would roll every workload over.
 */
export function holdsTemplate({ data }: Pick<ControllerRevision, 'data'>, template: PodTemplateSpec): boolean {
  if (!isObject(data)) return false;
  const wanted = revisionText(revisionDataOf(template));
  return revisionText(data) === wanted || defaultedText(data) === wanted;
}

const defaultedText: (data: object) => string | undefined = oncePer((data: object) => {
  const template = templateOf({ data });
  if (!template?.spec || !Array.isArray(template.spec.containers)) return undefined;
  const filled = structuredClone(template);
  defaultPodTemplate(filled);
  return revisionText(revisionDataOf(filled));
});
