/** The user as whom the API server calls node agents: the name in its client certificate. */
export const KUBELET_CLIENT_USER = 'kube-apiserver-kubelet-client';
