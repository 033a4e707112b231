/** The features that not every node has. What a node cannot do it refuses: it never runs a pod with less than it asks for. */
export interface NodeAbilities extends RuntimeFeatures {
  /** The kernel enforces AppArmor profiles. */
  readonly appArmor: boolean;
  /** The features by which schedulers choose nodes and API servers admit changes of pods, sorted: those of `status.declaredFeatures`. */
  readonly declaredFeatures: readonly string[];
}

/** The features of the container runtime. */
export interface RuntimeFeatures {
  /** It knows `supplementalGroupsPolicy`. */
  readonly supplementalGroupsPolicy: boolean;
  /** It can make a mount read-only with all mounts below it. */
  readonly recursiveReadOnlyMounts: boolean;
  /** Pods can have users of their own (`hostUsers: false`). */
  readonly userNamespaces: boolean;
  /** The names by which a RuntimeClass can ask for a runtime; the default one is ''. Undefined if the runtime does not tell. */
  readonly handlers?: readonly string[];
}
