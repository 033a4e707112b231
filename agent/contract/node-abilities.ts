/** The features that not every node has. What a node cannot do it refuses: it never runs a pod with less than it asks for. */
export interface NodeAbilities extends RuntimeFeatures {
  /** The kernel enforces AppArmor profiles. */
  readonly appArmor: boolean;
  /** The features by which schedulers choose nodes and API servers admit changes of pods, sorted: those of `status.declaredFeatures`. */
  readonly declaredFeatures: readonly string[];
}

/** The features of the container runtime, with those of its default handler. */
export interface RuntimeFeatures extends HandlerFeatures {
  /** It knows `supplementalGroupsPolicy`. */
  readonly supplementalGroupsPolicy: boolean;
  /** Undefined if the runtime does not tell: all of them can then do what the default one can. */
  readonly handlers?: readonly RuntimeHandler[] | undefined;
}

/** A runtime by the name under which a RuntimeClass can ask for it; the default one is ''. */
export interface RuntimeHandler extends HandlerFeatures {
  readonly name: string;
}

export interface HandlerFeatures {
  /** It can make a mount read-only with all mounts below it. */
  readonly recursiveReadOnlyMounts: boolean;
  /** Pods can have users of their own (`hostUsers: false`). */
  readonly userNamespaces: boolean;
}
