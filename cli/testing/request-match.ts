import type { Kind, Verb } from '../../api/definition/kind.ts';
import type { Exchange } from '../../apiserver/contract/stage.ts';

/** The requests that a fault is for. What is left out matches all; `{}` matches every request. */
export interface RequestMatch {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verbs?: readonly Verb[];
  readonly kinds?: readonly Kind[];
  readonly namespace?: string;
  readonly name?: string;
  /** `status`, `binding` … An empty text matches requests to objects themselves. */
  readonly subresource?: string;
  /** The name of the user, such as `system:kube-scheduler` or `system:node:node-0`, or a pattern for it. */
  readonly user?: string | RegExp;
}

/** Returns whether a request is among those that are meant. */
export function matches(match: RequestMatch, { info, user }: Exchange): boolean {
  const { verbs, kinds, namespace, name, subresource } = match;
  if (!isUser(match.user, user?.name ?? '')) return false;
  if (!info.isResource) return [verbs, kinds, namespace, name, subresource].every((part) => part === undefined);
  return (
    (verbs?.includes(info.verb) ?? true) &&
    (kinds?.some(({ group, plural }) => group === info.group && plural === info.plural) ?? true) &&
    (namespace === undefined || namespace === info.namespace) &&
    (name === undefined || name === info.name) &&
    (subresource === undefined || subresource === info.subresource)
  );
}

const isUser = (wanted: string | RegExp | undefined, name: string): boolean =>
  wanted === undefined || (typeof wanted === 'string' ? wanted === name : name.search(wanted) >= 0);
