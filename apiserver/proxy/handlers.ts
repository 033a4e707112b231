import type { Random } from '../../base/random.ts';
import type { SubresourceHandler } from '../contract/subresource.ts';
import { httpProxies } from './http-proxy.ts';
import type { KubeletTls } from './kubelet-connection.ts';
import { kubeletConnection } from './kubelet-connection.ts';
import { podStreams } from './pod-streams.ts';

/** The subresources that lead to nodes, pods and services. Without `tls` there is no way to node agents: no logs, exec and their like. */
export function nodeProxyHandlers(tls: KubeletTls | undefined, random: Random): readonly SubresourceHandler[] {
  const kubelet = tls && kubeletConnection(tls);
  return [...(kubelet ? podStreams(kubelet) : []), ...httpProxies(kubelet, random)];
}
