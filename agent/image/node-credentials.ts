import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { CredentialLookup } from './pod-credentials.ts';
import type { Registries } from './registry-credentials.ts';
import { byRegistry, entriesFor, registriesIn } from './registry-credentials.ts';

/** The time after which the files are read again, as kubelet's. */
const KEPT_MS = 5 * 60_000;

/**
 * Finds credentials in the node's Docker configuration: the first file of kubelet's places that is one (https://kubernetes.io/docs/concepts/containers/images/#config-json),
 * but for the working directory, which says nothing about a node.
 */
export function createNodeCredentials(directory: string, clock: Clock, home = homedir()): CredentialLookup {
  const places = [
    ...[directory, join(home, '.docker'), '/.docker'].map((place) => ({ path: join(place, 'config.json'), isLegacy: false })),
    ...[directory, home, '/'].map((place) => ({ path: join(place, '.dockercfg'), isLegacy: true })),
  ];
  let kept: { readonly registries: Promise<Registries>; readonly until: number } | undefined;
  return async (_, reference) => {
    if (!kept || kept.until <= clock.now()) kept = { registries: readFirst(places), until: clock.now() + KEPT_MS };
    return entriesFor(await kept.registries, reference)
      .sort(byRegistry)
      .map(({ credentials }) => ({ credentials, source: 'node' }));
  };
}

async function readFirst(places: readonly { readonly path: string; readonly isLegacy: boolean }[]): Promise<Registries> {
  for (const { path, isLegacy } of places) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const registries = text === undefined ? undefined : registriesIn(text, isLegacy);
    if (registries) return registries;
  }
  return {};
}
