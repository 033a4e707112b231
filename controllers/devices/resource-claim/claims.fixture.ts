import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceClaimStatus } from '../../../api/kinds/resource/allocation.ts';
import type { ResourceClaim } from '../../../api/kinds/resource/index.ts';
import { resourceClaims, resourceClaimTemplates } from '../../../api/kinds/resource/index.ts';
import { CLAIM_FINALIZER, consumerOf } from '../../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { PodResourceClaim } from '../../../api/pod/spec/pod-spec.ts';
import type { StubEnv } from '../../_shared/env.fixture.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { resourceClaimController } from './controller.ts';

export const KINDS = [pods, resourceClaims, resourceClaimTemplates] as const;

/** Sets the controller up for a test. */
export const stubClaims = (): StubEnv => createStubEnv(resourceClaimController({ resourceClaims, resourceClaimTemplates, pods }));

export const spec: ResourceClaim['spec'] = {
  devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpus', allocationMode: 'ExactCount', count: 1 } }] },
};
export const allocation = { devices: { results: [{ request: 'gpu', driver: 'd.example.com', pool: 'p', device: 'gpu-0' }] } };

export const addTemplate = ({ client }: StubEnv, name = 'template') =>
  client.create(resourceClaimTemplates, { metadata: { name, namespace: 'default' }, spec: { metadata: { labels: { app: 'web' } }, spec } });

/** Adds a pod. Default: it has one entry, `gpu`, which is made from the template `template`. */
export const addPod = (
  { client }: StubEnv,
  name = 'web',
  more: { readonly entries?: readonly PodResourceClaim[]; readonly nodeName?: string; readonly status?: Pod['status'] } = {},
): Promise<Live<Pod>> => {
  const resourceClaims = [...(more.entries ?? [{ name: 'gpu', resourceClaimTemplateName: 'template' }])];
  const nodeName = more.nodeName === undefined ? {} : { nodeName: more.nodeName };
  return client.create(pods, {
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'a' }], resourceClaims, ...nodeName },
    ...(more.status ? { status: more.status } : {}),
  });
};

export interface ClaimShape {
  readonly status?: ResourceClaimStatus;
  readonly held?: boolean;
  readonly owner?: Live<Pod>;
  readonly entry?: string;
}

/** Adds a claim that is allocated, with the finalizer, and reserved for the pods. */
export const addClaim = (
  { client }: StubEnv,
  name: string,
  users: readonly Live<Pod>[],
  { status, held = true, owner, entry = 'gpu' }: ClaimShape = {},
) =>
  client.create(resourceClaims, {
    metadata: {
      name,
      namespace: 'default',
      ...(held ? { finalizers: [CLAIM_FINALIZER] } : {}),
      ...(owner
        ? {
            ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: owner.metadata.name, uid: owner.metadata.uid, controller: true }],
            annotations: { 'resource.kubernetes.io/pod-claim-name': entry },
          }
        : {}),
    },
    spec,
    status: status ?? { allocation, reservedFor: users.map(consumerOf) },
  });

export const catchUp = async (stub: StubEnv): Promise<void> => {
  for (const kind of KINDS) await stub.catchUp(kind);
};

export const claimsOf = async ({ client }: StubEnv): Promise<readonly Live<ResourceClaim>[]> => (await client.list(resourceClaims)).items;
export const podOf = ({ client }: StubEnv, name = 'web'): Promise<Live<Pod>> => client.get(pods, { namespace: 'default', name });
