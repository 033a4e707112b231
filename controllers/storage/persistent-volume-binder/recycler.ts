import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { isAlreadyExists } from '../../../api/meta/status-error.ts';
import { valueOfQuantity } from '../../../api/schema/quantity.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { isTerminal } from '../../_shared/pod-state.ts';
import { podsOfClaim } from '../../_shared/pods-by-claim.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { failVolume, RETRY_MS } from './failure.ts';
import type { BinderParts } from './parts.ts';
import { saveVolume, setPhase } from './perform.ts';
import { unbound } from './volume-plan.ts';

type Volume = Live<PersistentVolume>;

const PREFIX = 'recycler-for-';
const NAMESPACE = 'default';
const GIB = 2 ** 30;
/** Upstream's pod, which empties a volume (pkg/volume/plugins.go, NewPersistentVolumeRecyclerPodTemplate). */
const IMAGE = 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.2';
const SCRIPT = 'test -e /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)" || exit 1';
/** Seconds that a recycler may take: at least the first, and the second for each GiB. */
const HOST_PATH_SECONDS = [60, 30] as const;
const NFS_SECONDS = [300, 30] as const;

const podKey = (volume: string): ObjectKey => ({ namespace: NAMESPACE, name: PREFIX + volume });

/** Returns the volume that a pod recycles; undefined for other pods. */
export const recycledBy = ({ metadata }: Live<Pod>): ObjectKey | undefined =>
  metadata.namespace === NAMESPACE && metadata.name.startsWith(PREFIX) ? { namespace: '', name: metadata.name.slice(PREFIX.length) } : undefined;

/** Empties a released volume by a pod and makes it available again. The pod's end wakes the volume. */
export async function recycle(parts: BinderParts, volume: Volume): Promise<Result> {
  const { env, pods } = parts;
  const key = podKey(volume.metadata.name);
  const pod = await unlessGone(env.client.get(pods.kind, key));
  if (!pod) return startRecycler(parts, volume);
  if (!isTerminal(pod)) return DONE;
  await unlessGone(env.client.delete(pods.kind, key, { preconditions: { uid: pod.metadata.uid } }));
  if (pod.status?.phase === 'Failed') {
    const why = pod.status.message || 'pod failed, pod.Status.Message unknown';
    return failVolume(parts, volume, 'VolumeFailedRecycle', `Recycle failed: failed to recycle volume: ${why}`);
  }
  env.recorder.event(volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
  await setPhase(parts, await saveVolume(parts, unbound(volume), volume), 'Available');
  return DONE;
}

async function startRecycler({ env, pods, claims }: BinderParts, volume: Volume): Promise<Result> {
  const { namespace = '', name = '' } = volume.spec?.claimRef ?? {};
  const users = podsOfClaim(pods, { namespace, name }).filter((pod) => !isTerminal(pod));
  // A claim of that name that is there now is another one, and so are its pods.
  if (users.length > 0 && !claims.get({ namespace, name })) {
    const names = users.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort();
    env.recorder.event(volume, 'Normal', 'VolumeFailedRecycle', `Volume is used by pods: ${names.join(',')}`);
    return { requeueAfterMs: RETRY_MS };
  }
  try {
    await env.client.create(pods.kind, recyclerOf(volume));
  } catch (error) {
    // The cache of the next look shows it.
    if (!isAlreadyExists(error)) throw error;
  }
  return DONE;
}

function recyclerOf({ metadata, spec = {} }: Volume): Pod {
  const [least, perGib] = spec.nfs ? NFS_SECONDS : HOST_PATH_SECONDS;
  const size = Math.trunc(valueOfQuantity(spec.capacity?.storage ?? '0') / GIB);
  return {
    metadata: podKey(metadata.name),
    spec: {
      activeDeadlineSeconds: Math.max(least, size * perGib),
      restartPolicy: 'Never',
      volumes: [{ name: 'vol', ...(spec.nfs ? { nfs: spec.nfs } : { hostPath: { path: spec.hostPath?.path ?? '' } }) }],
      containers: [
        { name: 'pv-recycler', image: IMAGE, command: ['/bin/sh'], args: ['-c', SCRIPT], volumeMounts: [{ name: 'vol', mountPath: '/scrub' }] },
      ],
    },
  };
}
