/** The version of skiff itself. */
export const SKIFF_VERSION = '0.1.0';
/** The Kubernetes release whose API and behaviour skiff follows. */
export const KUBERNETES_VERSION = '1.36.0';
/** The version that `/version` and nodes report: that of Kubernetes, with skiff's as build metadata. */
export const GIT_VERSION = `v${KUBERNETES_VERSION}+skiff.${SKIFF_VERSION}`;
