import type { KindDefinition } from '../../api/definition/kind.ts';
import { kinds as builtIn } from '../../api/kinds/index.ts';
import type { ComposedServer } from '../../apiserver/compose.ts';
import { aborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { FoundKinds, ServedKind, ServedKinds } from '../../controllers/_shared/served-kinds.ts';
import type { Discovery } from '../../runtime/client/discovered.ts';
import { undiscoveredText } from '../../runtime/client/discovered.ts';

/** Lists what a server of this process serves: the kinds that it stores, and those of servers behind APIServices. */
export function ownServedKinds(server: ComposedServer): ServedKinds {
  const stored = () => server.registry.kinds.filter(({ storedAs }) => !storedAs);
  return {
    kinds: () => [...stored(), ...server.remoteKinds().kinds],
    discover() {
      const { kinds, undiscovered } = server.remoteKinds();
      return { kinds: [...stored(), ...kinds], discoveryError: undiscoveredText(undiscovered) };
    },
  };
}

export interface ForeignKindsOptions {
  /** From `createDiscovery`. */
  readonly discover: () => Promise<Discovery>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Upstream's period of garbage collector and quotas. */
const REFRESH_MS = 30_000;
const RETRY_MS = 1_000;

/** The kinds of another cluster, kept current. */
export interface ForeignKinds extends ServedKinds {
  /** Resolves once the cluster has said what it serves. */
  readonly ready: Promise<void>;
  /** Asks again every 30 seconds until the signal aborts; every second while there is no answer at all. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Follows what another cluster serves, by discovery. Kinds of a version that cannot be learned at the moment stay as they were found last:
 * their objects are still there.
 */
export function createForeignKinds({ discover, clock, log }: ForeignKindsOptions): ForeignKinds {
  let known: readonly ServedKind[] = [];
  let complaint: string | undefined;
  const ready = Promise.withResolvers<void>();

  async function refresh(): Promise<FoundKinds> {
    const { kinds, undiscovered } = await discover();
    const discoveryError = undiscoveredText(undiscovered);
    if (discoveryError !== undefined && discoveryError !== complaint) log.warn({ why: discoveryError }, 'not all kinds of the cluster are known');
    complaint = discoveryError;
    const lost = known.filter((kind) => undiscovered.some(({ group, version }) => group === kind.group && version === kind.version));
    const found = kinds.map(asDefined);
    const ids = new Set(found.map(idOf));
    known = [...found, ...lost.filter((kind) => !ids.has(idOf(kind)))];
    ready.resolve();
    return { kinds: known, discoveryError };
  }

  return {
    ready: ready.promise,
    kinds: () => known,
    discover: refresh,
    async run(signal) {
      let found = false;
      while (!signal.aborted) {
        try {
          await Promise.race([refresh(), aborted(signal)]);
          found = true;
        } catch (error) {
          log.warn({ err: error }, 'the cluster does not say what it serves: asking again');
        }
        await sleep(clock, found ? REFRESH_MS : RETRY_MS, signal);
      }
    },
  };
}

const idOf = ({ group, plural }: ServedKind): string => `${group}/${plural}`;
const definitions = new Map<string, KindDefinition>(builtIn.map((kind) => [`${kind.version}/${idOf(kind)}`, kind]));

/** A kind that we define brings what we know of it, such as how a quota counts it; the verbs are those of its server. */
function asDefined(kind: ServedKind): ServedKind {
  const definition = definitions.get(`${kind.version}/${idOf(kind)}`);
  return definition ? { ...definition, verbs: kind.verbs } : kind;
}
