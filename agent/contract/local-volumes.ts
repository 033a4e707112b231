/** The directories of this node that are volumes of their own, which outlive pods (the class `local-path`). */
export interface LocalVolumes {
  /** Makes a volume's directory, or finds it. Resolves with its path. @throws Error if it cannot be made */
  make(name: string): Promise<string>;
  /** Deletes a volume's directory with all it holds; succeeds if there is none. @throws Error if it cannot be deleted */
  delete(name: string): Promise<void>;
}
