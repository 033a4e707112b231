/**
 * The provisioner's name is its own: Rancher's local-path provisioner, whose name k3s uses, may be installed beside it, and the two must not
 * answer the same claims. The name of the class is that of k3s, which manifests name.
 */
export const PROVISIONER = 'skiff.dev/local-path';
export const CLASS = 'local-path';
/** On volumes: the node that has the directory. */
export const NODE = 'local-path.skiff.dev/node';
/** Keeps a volume until its directory is deleted; the name is that of upstream's library for provisioners. */
export const FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
export const HOSTNAME = 'kubernetes.io/hostname';
