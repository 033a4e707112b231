import type { Container, EphemeralContainer } from '../../../../api/pod/container/container.ts';
import { eachContainer } from '../../../../api/pod/spec/pod-containers.ts';
import type { PodSpec } from '../../../../api/pod/spec/pod-spec.ts';

/** The part of a pod, or of a template, that checks look at. */
export interface CheckedPod {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

/** The reason why a pod is forbidden, in a few words, and the detail that shows where. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** Returns undefined if the pod is allowed. */
export type PodCheck = (pod: CheckedPod) => Violation | undefined;

/** The forms of a check: each counts from its minor version on, until the next one. */
export interface Check {
  /** Checks run in the order of their ids, those of baseline before those of restricted. */
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  readonly versions: readonly { readonly since: number; readonly check: PodCheck }[];
  /** The check of baseline that this one of restricted takes the place of. */
  readonly overrides?: string;
}

export type AnyContainer = Container | EphemeralContainer;

/** Returns the names of the containers that a test is true of: init, regular and ephemeral ones, in this order. */
export function namesWhere(spec: PodSpec, test: (container: AnyContainer) => boolean): string[] {
  const names: string[] = [];
  eachContainer(spec, (container) => {
    if (test(container)) names.push(container.name);
  });
  return names;
}

/** Returns `"a", "b"`. Upstream does not escape what stands between the quotes. */
export const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(', ');

export const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many);

/** Returns `container "a"` or `containers "a", "b"`. */
export const containersText = (names: readonly string[]): string => `${plural('container', 'containers', names.length)} ${quoted(names)}`;

/** Returns `pod and container "a"`: who set what is forbidden. Empty if nobody did. */
export const settersText = (pod: boolean, containers: readonly string[]): string =>
  [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [containersText(containers)] : [])].join(' and ');

/** Returns the distinct texts in the order of their bytes. */
export const distinct = (texts: Iterable<string>): string[] => [...new Set(texts)].sort();

export const isWindows = ({ spec }: CheckedPod): boolean => spec.os?.name === 'windows';

/** Whether the pod's root is not the node's, which makes some rules unnecessary from v1.35 on. */
export const hasOwnUsers = ({ spec }: CheckedPod): boolean => spec.hostUsers === false;
