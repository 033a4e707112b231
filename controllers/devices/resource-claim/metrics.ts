import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import { EXTENDED_RESOURCE_CLAIM_ANNOTATION, POD_CLAIM_ANNOTATION } from '../../../api/kinds/resource/annotations.ts';
import type { ResourceClaim } from '../../../api/kinds/resource/index.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { wantsAdminAccess } from './generated-claim.ts';

export interface ResourceClaimMetrics {
  /** Counts an attempt to create a claim. */
  created(claim: ResourceClaim, status: 'success' | 'failure'): void;
}

const kept = new WeakMap<Registry, ResourceClaimMetrics>();

/** Keeps upstream's metrics of claims (pkg/controller/resourceclaim/metrics), once per registry. The claims are counted when they are asked for. */
export function createResourceClaimMetrics(registry: Registry, claims: Informer<ResourceClaim>): ResourceClaimMetrics {
  const metrics = kept.get(registry) ?? newMetrics(registry, claims);
  kept.set(registry, metrics);
  return metrics;
}

function newMetrics(registry: Registry, claims: Informer<ResourceClaim>): ResourceClaimMetrics {
  const registers = [registry];
  const creations = new Counter({
    registers,
    name: 'resourceclaim_controller_creates_total',
    help: 'ResourceClaims that were to be created, by outcome and admin access.',
    labelNames: ['status', 'admin_access'],
  });
  new Gauge({
    registers,
    name: 'resourceclaim_controller_resource_claims',
    help: 'ResourceClaims, by allocation, admin access and source.',
    labelNames: ['allocated', 'admin_access', 'source'],
    collect() {
      this.reset();
      for (const claim of claims.list()) {
        const allocated = String(claim.status?.allocation !== undefined);
        this.inc({ allocated, admin_access: String(wantsAdminAccess(claim)), source: sourceOf(claim) });
      }
    },
  });
  return { created: (claim, status) => creations.inc({ status, admin_access: String(wantsAdminAccess(claim)) }) };
}

/** Returns the maker of a claim; empty for a user. */
function sourceOf({ metadata: { annotations = {} } = {} }: ResourceClaim): string {
  if (annotations[EXTENDED_RESOURCE_CLAIM_ANNOTATION] === 'true') return 'extended_resource';
  return annotations[POD_CLAIM_ANNOTATION] ? 'resource_claim_template' : '';
}
