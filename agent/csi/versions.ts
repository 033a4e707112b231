/** Parts of a version, the most significant first. */
export type Version = readonly number[];

/** Parses `1.2.3`, with or without a leading `v`. Returns undefined for anything else. */
function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+(?:\.\d+)+)$/.exec(text.trim());
  return match?.[1]?.split('.').map(Number);
}

/** Returns a negative number, zero or a positive one, as `a` is older than, equal to, or newer than `b`. */
export function compareVersions(a: Version, b: Version): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Returns the highest version of CSI that this node speaks, 1.x; undefined if there is none. */
export function highestSupported(versions: readonly string[]): Version | undefined {
  const supported = versions.map(parseVersion).filter((version) => version?.[0] === 1);
  return supported.reduce((best, version) => (version && (!best || compareVersions(version, best) > 0) ? version : best), undefined);
}
