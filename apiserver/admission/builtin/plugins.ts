import type { Registry } from 'prom-client';
import type { KindDefinition } from '../../../api/definition/kind.ts';
import { kinds as builtInKinds } from '../../../api/kinds/index.ts';
import type { Clock } from '../../../base/clock.ts';
import type { AdmissionPlugin } from '../../contract/admission.ts';
import type { Authorizer } from '../../contract/authorizer.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { UPSTREAM_ORDER } from '../plugin-names.ts';
import type { PodSecurityConfiguration } from '../pod-security/cluster-policy.ts';
import { NO_CONFIGURATION } from '../pod-security/cluster-policy.ts';
import { podSecurity } from '../pod-security/pod-security.ts';
import { podSecurityMetrics } from '../pod-security/pod-security-metrics.ts';
import { certificatePlugins } from './certificates/plugins.ts';
import { defaultTolerationSeconds } from './default-tolerations.ts';
import { deviceClaimPlugins } from './device-claims/plugins.ts';
import { kindRules } from './kind-rules.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeDeclaredFeatureValidator } from './node-declared-features.ts';
import { nodeRestriction } from './node-restriction.ts';
import { podResizeValidator } from './pod-resize.ts';
import { resourceQuotaAdmission } from './resource-quota.ts';
import { serviceAccountAdmission } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-protection.ts';
import { taintNodesByCondition } from './taint-nodes.ts';

/** Puts plugins into upstream's order; those that it does not know follow, in the order given. */
export function inUpstreamOrder(plugins: readonly AdmissionPlugin[]): readonly AdmissionPlugin[] {
  const rank = ({ name }: AdmissionPlugin) => {
    const at = UPSTREAM_ORDER.indexOf(name);
    return at < 0 ? UPSTREAM_ORDER.length : at;
  };
  return plugins.toSorted((a, b) => rank(a) - rank(b));
}

export interface AdmissionPluginOptions {
  readonly objects: StorageAccess;
  readonly clock: Clock;
  readonly authorizer: Authorizer;
  /** The kinds that are served. Default: the built-in ones. */
  readonly kinds?: readonly KindDefinition[] | undefined;
  readonly podSecurity?: PodSecurityConfiguration | undefined;
  /** Takes the metrics of the plugins. Default: there are none. */
  readonly metrics?: Registry | undefined;
  /** Plugins that are off by default. */
  readonly added?: readonly AdmissionPlugin[];
}

/** The admission plugins of a server that serves these kinds: its own, and the rules that the kinds bring. */
export function admissionPlugins({ objects, clock, authorizer, ...options }: AdmissionPluginOptions): readonly AdmissionPlugin[] {
  return inUpstreamOrder([
    namespaceLifecycle(objects),
    limitRanger(objects),
    serviceAccountAdmission(objects, clock),
    nodeRestriction(objects, authorizer),
    taintNodesByCondition,
    podSecurity(objects, clock, options.podSecurity ?? NO_CONFIGURATION, options.metrics && podSecurityMetrics(options.metrics)),
    defaultTolerationSeconds,
    storageObjectInUseProtection,
    nodeDeclaredFeatureValidator(objects),
    podResizeValidator(objects),
    ...kindRules(options.kinds ?? builtInKinds, objects),
    ...certificatePlugins(authorizer),
    ...deviceClaimPlugins(objects, authorizer),
    resourceQuotaAdmission(objects, clock),
    ...(options.added ?? []),
  ]);
}
