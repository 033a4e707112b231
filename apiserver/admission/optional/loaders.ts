import type { OptionalPlugin } from './optional-plugin.ts';

/** Loads a plugin and reads its configuration; undefined if there is none. @throws Error that names the field and what it must be. */
type Loader = (configuration: unknown) => Promise<OptionalPlugin>;

/** The plugins that are off by default, by name. None is loaded before it is enabled. */
export const OPTIONAL_PLUGINS: Readonly<Record<string, Loader>> = {
  AlwaysAdmit: async () => (await import('./always.ts')).alwaysAdmit,
  AlwaysDeny: async () => (await import('./always.ts')).alwaysDeny,
  AlwaysPullImages: async () => (await import('./always-pull-images.ts')).alwaysPullImages,
  DenyServiceExternalIPs: async () => (await import('./deny-service-external-ips.ts')).denyServiceExternalIps,
  EventRateLimit: async (configuration) => {
    const [{ eventRateLimit }, { eventRateLimitConfiguration }] = await Promise.all([
      import('./event-rate-limit.ts'),
      import('./event-rate-limit-configuration.ts'),
    ]);
    return eventRateLimit(eventRateLimitConfiguration(configuration));
  },
  ExtendedResourceToleration: async () => (await import('./extended-resource-toleration.ts')).extendedResourceToleration,
  ImagePolicyWebhook: async (configuration) => {
    const [{ imagePolicyWebhook }, { imagePolicyConfiguration }, { kubeconfigCredentials }] = await Promise.all([
      import('./image-policy-webhook.ts'),
      import('./image-policy-configuration.ts'),
      import('../../../runtime/client/kubeconfig.ts'),
    ]);
    const read = imagePolicyConfiguration(configuration);
    return imagePolicyWebhook(read, await kubeconfigCredentials(read.kubeConfigFile));
  },
  LimitPodHardAntiAffinityTopology: async () => (await import('./pod-anti-affinity-topology.ts')).limitPodHardAntiAffinityTopology,
  NamespaceAutoProvision: async () => (await import('./namespaces.ts')).namespaceAutoProvision,
  NamespaceExists: async () => (await import('./namespaces.ts')).namespaceExists,
  OwnerReferencesPermissionEnforcement: async () => (await import('./owner-references.ts')).ownerReferencesPermissionEnforcement,
  PodNodeSelector: async (configuration) => {
    const { podNodeSelector, podNodeSelectorConfiguration } = await import('./pod-node-selector.ts');
    return podNodeSelector(podNodeSelectorConfiguration(configuration));
  },
  PodTolerationRestriction: async (configuration) => {
    const [{ podTolerationRestriction }, { podTolerationConfiguration }] = await Promise.all([
      import('./pod-toleration-restriction.ts'),
      import('./pod-toleration-configuration.ts'),
    ]);
    return podTolerationRestriction(podTolerationConfiguration(configuration));
  },
};
