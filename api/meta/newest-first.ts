type Created = { readonly creationTimestamp: string; readonly name: string };

/** Upstream's order of default classes: by time of creation, the newest first, and by name. */
export const newestFirst = (a: Created, b: Created): number =>
  a.creationTimestamp === b.creationTimestamp ? (a.name < b.name ? -1 : 1) : a.creationTimestamp > b.creationTimestamp ? -1 : 1;
