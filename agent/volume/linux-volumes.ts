import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kind } from '../../api/definition/kind.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../api/meta/object.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { CsiVolumes } from '../contract/csi-volumes.ts';
import { toOwnPath } from '../contract/kubelet-directory.ts';
import type { PodDirectories } from '../contract/pod-directories.ts';
import type { PodVolumes } from '../contract/pod-volumes.ts';
import { MountError } from '../contract/pod-volumes.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';
import type { PodAddresses } from '../spec/field-path.ts';
import type { Allocatable } from '../spec/resource-field.ts';
import { writePayload } from './atomic-writer.ts';
import { isClaimed } from './claimed-volume.ts';
import { createClaimedVolumes } from './claimed-volumes.ts';
import { containerDevices, containerMount } from './container-mount.ts';
import { prepareEmptyDir } from './empty-dir.ts';
import { prepareHostPath } from './host-path.ts';
import { createImageVolumes } from './image-volumes.ts';
import { measurableVolumes } from './measurable-volumes.ts';
import { isMountPoint, mountTmpfs, unmountUnder } from './mount-command.ts';
import type { ObjectCache } from './object-cache.ts';
import { createObjectUsers } from './object-users.ts';
import type { PersistentMount } from './persistent-mount.ts';
import { prepareNfs } from './persistent-mount.ts';
import type { StorageMetrics, VolumeCount } from './storage-metrics.ts';
import type { TokenSource } from './token-source.ts';
import { volumePath } from './volume-path.ts';
import { isPayloadVolume, objectsOf, volumePayload } from './volume-payload.ts';
import { pluginOfVolume, UNKNOWN_PLUGIN } from './volume-plugin.ts';

export interface LinuxVolumesOptions {
  readonly nodeName: string;
  readonly directories: PodDirectories;
  /** A directory on tmpfs: what comes from Secrets and tokens never touches a disk. */
  readonly memoryDir: string;
  readonly objects: ObjectCache;
  readonly csi: CsiVolumes;
  readonly runtime: Pick<ContainerRuntime, 'imageMounts' | 'releaseImageMounts'>;
  readonly tokens: TokenSource;
  readonly addresses: (pod: Live<Pod>) => PodAddresses;
  readonly allocatable: () => Allocatable;
  readonly metrics: StorageMetrics;
  readonly clock: Clock;
  readonly log: Logger;
  /** Once it aborts, no file is written anew. */
  readonly signal: AbortSignal;
}

export interface LinuxVolumes extends PodVolumes {
  /** An object that volumes are made of has changed. */
  objectChanged(kind: Kind, key: ObjectKey): void;
  /** Counts the volumes of pods by their kinds. */
  counts(): ReadonlyMap<string, VolumeCount>;
}

interface PodState {
  pod: Live<Pod>;
  /** Rewriting files is serial within a pod. */
  work: Promise<void>;
  cancelRefresh: () => void;
  /** Its volumes of claims, by the volumes' names. */
  claimed: ReadonlyMap<string, PersistentMount>;
  /** All of its volumes are there. */
  isComplete: boolean;
}

/** Memory tmpfs of the whole node, made once; it outlives the agent, as the containers do that mount from it. */
export async function mountMemoryDir(memoryDir: string): Promise<void> {
  await mkdir(memoryDir, { recursive: true, mode: 0o700 });
  if (!(await isMountPoint(memoryDir))) await mountTmpfs(memoryDir);
}

const REWRITE_RETRY_MS = 5_000;
const NO_CLAIMS: ReadonlyMap<string, PersistentMount> = new Map();

/** Volumes of real pods. Past a hundred lines, as set-up, rewriting and tear-down share the state of each pod. */
export function createLinuxVolumes(options: LinuxVolumesOptions): LinuxVolumes {
  const { directories, memoryDir, objects, csi, tokens, clock, log, signal } = options;
  const states = new Map<string, PodState>();
  const cancelAll = () => {
    for (const { cancelRefresh } of states.values()) cancelRefresh();
  };
  signal.addEventListener('abort', cancelAll, { once: true });
  const users = createObjectUsers(objects);
  const images = createImageVolumes(options.runtime, directories);

  const claimedVolumes = createClaimedVolumes({ nodeName: options.nodeName, directories, objects, csi, metrics: options.metrics });

  const setUpInline = async (pod: Live<Pod>, { name, csi: source }: Volume, ending: AbortSignal): Promise<void> => {
    if (!source) return;
    const wish = { pod, name, source: { type: 'inline' as const, csi: source } };
    await csi.setUp(wish, ending);
    csi.follow(pod.metadata.uid, name, () => Promise.resolve(wish));
  };

  const setUpOne = async (pod: Live<Pod>, volume: Volume, ending: AbortSignal): Promise<void> => {
    if (volume.csi) return setUpInline(pod, volume, ending);
    // Mounted as each container that uses it starts, for which the image is pulled.
    if (volume.image) return;
    await options.metrics.operation(pluginOfVolume(volume), 'volume_mount', () => mountOne(pod, volume));
  };

  const mountOne = async (pod: Live<Pod>, volume: Volume): Promise<void> => {
    const path = volumePath(pod, volume, directories, memoryDir);
    try {
      if (volume.hostPath) return await prepareHostPath({ ...volume.hostPath, path: toOwnPath(volume.hostPath.path, directories.root) });
      if (volume.nfs) return await prepareNfs(volume.nfs, path, []);
      if (!volume.emptyDir && !isPayloadVolume(volume)) throw new Error('no volume plugin matched');
      await mkdir(path, { recursive: true });
      if (volume.emptyDir) return await prepareEmptyDir(path, pod, volume.emptyDir, options.allocatable());
      await writeVolume(pod, volume);
    } catch (error) {
      throw new MountError(`MountVolume.SetUp failed for volume "${volume.name}" : ${error instanceof Error ? error.message : error}`);
    }
  };

  const writeVolume = async (pod: Live<Pod>, volume: Volume): Promise<void> => {
    const sources = { objects, tokens, addresses: options.addresses(pod), allocatable: options.allocatable() };
    const payload = await volumePayload(pod, volume, sources);
    await writePayload(volumePath(pod, volume, directories, memoryDir), payload, pod.spec?.securityContext?.fsGroup, clock.now());
  };

  const follow = (pod: Live<Pod>): PodState => {
    const { uid } = pod.metadata;
    const known = states.get(uid);
    if (known) {
      known.pod = pod;
      return known;
    }
    users.retain(
      uid,
      (pod.spec?.volumes ?? []).flatMap((volume) => objectsOf(pod, volume)),
    );
    const state: PodState = { pod, work: Promise.resolve(), cancelRefresh: () => {}, claimed: NO_CLAIMS, isComplete: false };
    states.set(uid, state);
    return state;
  };

  /** Writes the pod's files anew, after what is under way; retried while it fails: a Secret that went may come back. */
  const rewrite = (state: PodState): void => {
    const { uid } = state.pod.metadata;
    state.work = state.work.then(async () => {
      if (states.get(uid) !== state) return;
      try {
        for (const volume of state.pod.spec?.volumes ?? []) if (isPayloadVolume(volume)) await writeVolume(state.pod, volume);
        scheduleRefresh(state);
      } catch (error) {
        log.debug({ err: error, pod: state.pod.metadata.name }, 'files of a volume could not be brought up to date');
        rewriteAfter(state, REWRITE_RETRY_MS);
      }
    });
  };

  const rewriteAfter = (state: PodState, ms: number): void => {
    state.cancelRefresh();
    if (!signal.aborted) state.cancelRefresh = clock.after(ms, () => rewrite(state));
  };

  const scheduleRefresh = (state: PodState): void => {
    const due = tokens.refreshAt(state.pod.metadata.uid);
    if (due === undefined) state.cancelRefresh();
    else rewriteAfter(state, Math.max(1_000, due - clock.now()));
  };

  return {
    async setUp(pod, ending) {
      const state = follow(pod);
      const all = pod.spec?.volumes ?? [];
      const [claimed] = await Promise.all([
        claimedVolumes.setUp(pod, ending),
        ...all.filter((volume) => !isClaimed(volume)).map((volume) => setUpOne(pod, volume, ending)),
      ]);
      state.claimed = claimed;
      state.isComplete = true;
      scheduleRefresh(state);
    },
    async mounts(pod, container, sources) {
      const { uid } = pod.metadata;
      const { claimed = NO_CLAIMS } = states.get(uid) ?? {};
      const { environment, recursiveReadOnly } = sources;
      const list = (container.volumeMounts ?? []).map(async (mount, index) => {
        const image = sources.images.get(mount.name);
        const content = image && (await images.mount(uid, mount.name, image));
        const request = { pod, container, mount, index, environment, recursiveReadOnly, claimed, content };
        return containerMount(request, directories, memoryDir);
      });
      return Promise.all(list);
    },
    counts() {
      const found = new Map<string, VolumeCount>();
      for (const { pod, claimed, isComplete } of states.values()) {
        for (const volume of pod.spec?.volumes ?? []) {
          const plugin = isClaimed(volume) ? (claimed.get(volume.name)?.plugin ?? UNKNOWN_PLUGIN) : pluginOfVolume(volume);
          const { wanted, there } = found.get(plugin) ?? { wanted: 0, there: 0 };
          found.set(plugin, { wanted: wanted + 1, there: there + Number(isComplete) });
        }
      }
      return found;
    },
    imagesInUse: () => images.images(),
    measurable: () => [...states.values()].flatMap(({ pod, claimed }) => measurableVolumes(pod, claimed, directories, memoryDir)),
    devices(pod, container) {
      const { claimed = NO_CLAIMS } = states.get(pod.metadata.uid) ?? {};
      return containerDevices(container, claimed);
    },
    emptyDir(pod, name) {
      const volume = pod.spec?.volumes?.find((candidate) => candidate.name === name);
      return volume?.emptyDir ? volumePath(pod, volume, directories, memoryDir) : undefined;
    },
    podChanged(pod) {
      const state = states.get(pod.metadata.uid);
      if (!state) return;
      state.pod = pod;
      const downward = (pod.spec?.volumes ?? []).some(
        (volume) => volume.downwardAPI || volume.projected?.sources?.some((source) => source.downwardAPI),
      );
      if (downward) rewrite(state);
    },
    objectChanged(kind, key) {
      for (const uid of users.of(kind, key)) {
        const state = states.get(uid);
        if (state) rewrite(state);
      }
    },
    async tearDown(uid) {
      const state = states.get(uid);
      states.delete(uid);
      state?.cancelRefresh();
      tokens.forget(uid);
      users.release(uid);
      await claimedVolumes.forget(uid);
      await state?.work;
      // Paths within volumes are mounted for containers: drivers could not unmount what these hold.
      await unmountUnder(directories.subPaths(uid));
      await csi.tearDown(uid);
      await unmountUnder(directories.pod(uid));
      await images.release(uid);
      await Promise.all([rm(directories.pod(uid), { recursive: true, force: true }), rm(join(memoryDir, uid), { recursive: true, force: true })]);
    },
  };
}
