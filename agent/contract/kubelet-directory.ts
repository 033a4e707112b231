/** The root directory of a stock kubelet, which the manifests of CSI drivers name. */
const KUBELET_ROOT = '/var/lib/kubelet';

const moved = (path: string, from: string, to: string): string | undefined =>
  path === from ? to : path.startsWith(`${from}/`) ? to + path.slice(from.length) : undefined;

/** Whether a path names kubelet's root directory, or something in it. */
export const isKubeletPath = (path: string): boolean => moved(path, KUBELET_ROOT, KUBELET_ROOT) !== undefined;

/** Returns the place of a path on this node: what is below kubelet's root directory stands in the agent's own, `root`. */
export const toOwnPath = (path: string, root: string): string => moved(path, KUBELET_ROOT, root) ?? path;

/** Returns the name of a path in the agent's own directory as kubelet's users know it. */
export const toKubeletPath = (path: string, root: string): string => moved(path, root, KUBELET_ROOT) ?? path;
