import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import { claimClass } from '../../../api/kinds/core/persistent-volume-claim/class.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { SELECTED_NODE } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import type { StorageClass } from '../../../api/kinds/storage/storage-class.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import { timeText } from '../../../base/clock.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { withCondition, withoutCondition } from '../../_shared/conditions.ts';
import { messageOf, unlessGone } from '../../_shared/refusals.ts';
import type { ClaimPlan } from './claim-plan.ts';
import { provisionedName } from './claim-plan.ts';
import { FINALIZER } from './names.ts';
import type { NodeDirectories } from './node-directories.ts';
import type { VolumePlan } from './volume-plan.ts';

type Claim = Live<PersistentVolumeClaim>;
type Volume = Live<PersistentVolume>;

/** The parts that the provisioner's steps share. */
export interface ProvisionerParts {
  readonly env: ControllerEnv;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly storageClasses: Informer<StorageClass>;
  readonly nodes: Informer<Node>;
  readonly directories: NodeDirectories;
}

/** Performs a plan for a claim. The events are those of upstream's library for provisioners. */
export async function performClaimPlan(parts: ProvisionerParts, claim: Claim, plan: ClaimPlan): Promise<void> {
  switch (plan.do) {
    case 'nothing':
      return;
    case 'refuse':
      return refuse(parts, claim, plan.why, plan.elsewhere);
    case 'provision':
      return provision(parts, claim, plan);
    case 'resize':
      return resize(parts, claim, plan.volume, plan.size);
  }
}

/** Says why there is no volume. Without its selected node the claim goes back to the scheduler, which may choose another one. */
async function refuse({ env, claims }: ProvisionerParts, claim: Claim, why: string, elsewhere: boolean): Promise<void> {
  const message = `failed to provision volume with StorageClass ${JSON.stringify(claimClass(claim))}: ${why}`;
  env.recorder.event(claim, 'Warning', 'ProvisioningFailed', message);
  if (!elsewhere) return;
  const { [SELECTED_NODE]: _selected, ...annotations } = claim.metadata.annotations ?? {};
  await unlessGone(env.client.update(claims.kind, { ...claim, metadata: { ...claim.metadata, annotations } }));
}

async function provision(parts: ProvisionerParts, claim: Claim, { node, volume }: Extract<ClaimPlan, { do: 'provision' }>): Promise<void> {
  const { env, volumes, directories } = parts;
  const { recorder } = env;
  const { namespace, name } = claim.metadata;
  recorder.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim ${JSON.stringify(`${namespace}/${name}`)}`);
  let path: string;
  try {
    path = await directories.make(node.metadata.name, provisionedName(claim));
  } catch (error) {
    return refuse(parts, claim, messageOf(error), true);
  }
  try {
    await env.client.create(volumes.kind, volume(path));
  } catch (error) {
    // Made by an earlier call whose answer was lost.
    if (!isAlreadyExists(error)) throw error;
  }
  recorder.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${provisionedName(claim)}`);
}

/** Records a volume and its claim as larger, step by step as upstream's resizer does: whoever watches sees the same conditions. */
async function resize({ env, claims, volumes }: ProvisionerParts, claim: Claim, volume: Volume, size: string): Promise<void> {
  const { client, recorder, clock } = env;
  const { name } = volume.metadata;
  const conditions = claim.status?.conditions ?? [];
  const resizing = { type: 'Resizing', status: 'True', lastTransitionTime: timeText(clock.now()) };
  const started = await client.update(
    claims.kind,
    {
      ...claim,
      status: {
        ...claim.status,
        conditions: withCondition(conditions, resizing),
        allocatedResources: { ...claim.status?.allocatedResources, storage: size },
        allocatedResourceStatuses: { ...claim.status?.allocatedResourceStatuses, storage: 'ControllerResizeInProgress' },
      },
    },
    { subresource: 'status' },
  );
  recorder.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${name}`);
  await client.update(volumes.kind, { ...volume, spec: { ...volume.spec, capacity: { ...volume.spec?.capacity, storage: size } } });
  const { storage: _state, ...states } = started.status?.allocatedResourceStatuses ?? {};
  const { allocatedResourceStatuses: _states, conditions: _conditions, ...status } = started.status ?? {};
  const left = withoutCondition(started.status?.conditions ?? [], 'Resizing');
  await client.update(
    claims.kind,
    {
      ...started,
      status: {
        ...status,
        ...(left.length > 0 ? { conditions: left } : {}),
        ...(Object.keys(states).length > 0 ? { allocatedResourceStatuses: states } : {}),
        capacity: { ...status.capacity, storage: size },
      },
    },
    { subresource: 'status' },
  );
  recorder.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
}

/** Performs a plan for a volume. @throws Error if the directory could not be deleted: it is tried again */
export async function performVolumePlan(parts: ProvisionerParts, volume: Volume, plan: VolumePlan): Promise<void> {
  const { env, volumes } = parts;
  const { uid } = volume.metadata;
  if (plan.do === 'nothing') return;
  if (plan.do === 'let go') {
    await letGo(parts, volume);
    return;
  }
  if (await unlessGone(env.client.get(parts.nodes.kind, { namespace: '', name: plan.node }))) {
    try {
      await parts.directories.delete(plan.node, volume.metadata.name);
    } catch (error) {
      env.recorder.event(volume, 'Warning', 'VolumeFailedDelete', messageOf(error));
      throw error;
    }
  }
  const freed = await letGo(parts, volume);
  if (!freed || freed.metadata.deletionTimestamp !== undefined) return;
  await unlessGone(env.client.delete(volumes.kind, keyOf(volume), { preconditions: { uid } }));
}

/** Removes the finalizer. Resolves with the volume as it is then; undefined if it is gone. */
async function letGo({ env, volumes }: ProvisionerParts, volume: Volume): Promise<Volume | undefined> {
  const { finalizers = [] } = volume.metadata;
  if (!finalizers.includes(FINALIZER)) return volume;
  const left = finalizers.filter((name) => name !== FINALIZER);
  return unlessGone(env.client.update(volumes.kind, { ...volume, metadata: { ...volume.metadata, finalizers: left } }));
}
