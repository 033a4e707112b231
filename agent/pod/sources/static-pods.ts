import { watch } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import type { Clock } from '../../../base/clock.ts';
import { sleep } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';
import type { StatusWriter } from '../../contract/status-writer.ts';
import { createMirrors, mirroredHash } from './mirror-pods.ts';
import { parseManifest } from './pod-manifest.ts';
import type { PodHandler } from './pod-source.ts';

/**
 * Pods from manifests in a directory of the node (https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/): they run whether
 * or not there is an API server, where a mirror pod shows each of them. A mirror that is deleted comes back; the file rules.
 */
export interface StaticPods {
  /** Resolves once the handler knows of all that the directory held at the first look: what runs and is not known is garbage. */
  readonly ready: Promise<void>;
  /** Takes the API's pods: mirrors are kept aside, all others go on to `next`. */
  filter(next: PodHandler): PodHandler;
  /** The mirror that shows a static pod's status, or another pod itself. Returns undefined if there is no mirror yet. */
  shownAs(pod: Live<Pod>): Live<Pod> | undefined;
  /** Reads the directory until the signal aborts, telling `handler` of its pods. */
  run(handler: PodHandler, signal: AbortSignal): Promise<void>;
}

export interface StaticPodsOptions {
  readonly directory: string;
  readonly nodeName: string;
  readonly nodeUid: () => string | undefined;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/** kubelet's fileCheckFrequency; changes of the directory are seen at once. */
const READ_MS = 20_000;
const RETRY_MS = 1_000;

export const isStatic = ({ metadata }: Pod): boolean => metadata?.annotations?.[ANNOTATION.configSource] === 'file';

export function createStaticPods({ directory, nodeName, nodeUid, client, clock, log }: StaticPodsOptions): StaticPods {
  const wanted = new Map<string, Live<Pod>>();
  const mirrors = createMirrors({ nodeName, nodeUid, client, log });
  let wake = () => {};
  const ready = Promise.withResolvers<void>();

  const readAll = async (): Promise<Map<string, Live<Pod>>> => {
    const found = new Map<string, Live<Pod>>();
    const names = await readdir(directory).catch(() => []);
    for (const name of names.filter((file) => /^[^.].*\.(ya?ml|json)$/.test(file)).sort()) {
      const path = join(directory, name);
      try {
        const pod = await parseManifest(await readFile(path, 'utf8'), path, nodeName, clock.now());
        found.set(
          keyText(keyOf(pod)),
          wanted.get(keyText(keyOf(pod)))?.metadata.uid === pod.metadata.uid ? (wanted.get(keyText(keyOf(pod))) ?? pod) : pod,
        );
      } catch (error) {
        log.warn({ err: error, path }, 'a static pod manifest could not be read');
      }
    }
    return found;
  };

  /** @returns whether everything is as it should be. */
  const sync = async (handler: PodHandler): Promise<boolean> => {
    const found = await readAll();
    let complete = true;
    for (const [key, pod] of wanted) {
      if (found.get(key)?.metadata.uid === pod.metadata.uid) continue;
      wanted.delete(key);
      handler.vanished(pod);
    }
    for (const [key, pod] of found) {
      if (!wanted.has(key)) wanted.set(key, pod);
      handler.changed(pod);
    }
    ready.resolve();
    for (const pod of found.values()) if (!(await mirrors.show(pod))) complete = false;
    await mirrors.keepOnly((key) => found.has(key));
    return complete;
  };

  return {
    ready: ready.promise,
    filter: (next) => ({
      changed(pod) {
        if (mirroredHash(pod) === undefined) return next.changed(pod);
        mirrors.changed(pod);
        const source = wanted.get(keyText(keyOf(pod)));
        // Its status can be written from here on.
        if (source) next.changed(source);
        if (!source || pod.metadata.deletionTimestamp) wake();
      },
      vanished(pod) {
        if (mirroredHash(pod) === undefined) return next.vanished(pod);
        mirrors.vanished(pod);
        wake();
      },
    }),
    shownAs: (pod) => (isStatic(pod) ? mirrors.of(pod) : pod),
    async run(handler, signal) {
      await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) =>
        log.warn({ err: error, directory }, 'no place for static pods'),
      );
      const watcher = watchDirectory(directory, () => wake());
      while (!signal.aborted) {
        const news = new AbortController();
        wake = () => news.abort();
        const complete = await sync(handler);
        await sleep(clock, complete ? READ_MS : RETRY_MS, AbortSignal.any([signal, news.signal]));
      }
      watcher?.close();
    },
  };
}

/** Writes the status of a static pod to its mirror. */
export const mirroredWriter = (writer: StatusWriter, staticPods: StaticPods): StatusWriter => ({
  put(pod, status) {
    const shown = staticPods.shownAs(pod);
    if (shown) writer.put(shown, status);
  },
  flushed: (uid) => writer.flushed(uid),
  forget: (uid) => writer.forget(uid),
});

function watchDirectory(directory: string, onChange: () => void) {
  try {
    const watcher = watch(directory, onChange);
    watcher.on('error', () => {});
    return watcher;
  } catch {
    // It is not there yet: it is looked for at every round.
    return undefined;
  }
}
