import type { Kind } from '../../api/definition/kind.ts';

/** A kind that a cluster serves, with the verbs that its server takes. It is a definition of ours where there is one. */
export interface ServedKind extends Kind {
  readonly verbs: readonly string[];
}

/** The kinds that were found, each in one version. */
export interface FoundKinds {
  readonly kinds: readonly ServedKind[];
  /** Upstream's words for the versions whose servers do not say what they serve; undefined if all do. */
  readonly discoveryError?: string | undefined;
}

/** All kinds that a cluster serves, whoever defines or serves them: built in, custom, or of an API server behind an APIService. */
export interface ServedKinds {
  /** Returns the kinds as they were last found. It costs little, and is called often: kinds come and go. */
  kinds(): readonly ServedKind[];
  /** Returns the kinds as they are now. @throws Error if the cluster does not answer */
  discover(): FoundKinds | Promise<FoundKinds>;
}

const takes = ({ verbs }: ServedKind, ...wanted: readonly string[]): boolean => wanted.every((verb) => verbs.includes(verb));

/** Whether the garbage collector follows a kind: it must see the objects, and be able to delete them. */
export const isCollectable = (kind: ServedKind): boolean => takes(kind, 'delete', 'list', 'watch');

/** Whether a namespace that is deleted takes objects of this kind along. */
export const isContent = (kind: ServedKind): boolean => kind.namespaced && takes(kind, 'delete', 'list');

/** Whether a quota can count the objects of a kind. */
export const isCountable = (kind: ServedKind): boolean => kind.namespaced && takes(kind, 'create', 'list', 'watch', 'delete');

/** The kinds of a list that is always right. */
export const listedKinds = (kinds: readonly ServedKind[]): ServedKinds => ({ kinds: () => kinds, discover: () => ({ kinds }) });
