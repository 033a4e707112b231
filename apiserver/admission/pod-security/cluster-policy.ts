import type { LevelVersion, Policy } from './policy.ts';

/** Pod Security of a whole cluster: the policy of namespaces without labels, and who is exempt from all policies. */
export interface PodSecurityConfiguration {
  readonly defaults: Policy;
  readonly exemptions: {
    readonly usernames: ReadonlySet<string>;
    readonly namespaces: ReadonlySet<string>;
    readonly runtimeClasses: ReadonlySet<string>;
  };
}

const anything: LevelVersion = { level: 'privileged', version: 'latest' };

export const NO_CONFIGURATION: PodSecurityConfiguration = {
  defaults: { enforce: anything, audit: anything, warn: anything },
  exemptions: { usernames: new Set(), namespaces: new Set(), runtimeClasses: new Set() },
};
