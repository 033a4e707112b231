import { defaultPodSpec } from '../spec/pod-spec-defaults.ts';
import type { PodTemplateSpec } from './pod-template.ts';

/** Gives a template a spec, so that its defaults show; missing fields are then errors of validation. */
export function defaultPodTemplate(template: PodTemplateSpec): void {
  template.metadata ??= {};
  template.spec ??= { containers: [] };
  defaultPodSpec(template.spec);
}
