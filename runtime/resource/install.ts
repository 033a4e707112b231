import type { Kind } from '../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { Client } from '../client/client.ts';

export interface InstallOptions {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Limits the wait for each resource. Default a minute. */
  readonly timeoutMs?: number;
}

const definitions: Kind<CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
const LOOK_MS = 20;

/**
 * Installs resources in a cluster, or brings them up to date, by server-side apply. Resolves when all of them are served.
 * @throws Error with the conditions of one that is not served in time.
 */
export async function installResources(
  client: Client,
  resources: readonly (Kind & { readonly definition: CustomResourceDefinition })[],
  { clock = systemClock, timeoutMs = 60_000 }: InstallOptions = {},
): Promise<void> {
  await Promise.all(
    resources.map(async (resource) => {
      const { definition } = resource;
      const name = definition.metadata?.name ?? '';
      await client.patch(definitions, { namespace: '', name }, { type: 'apply', body: definition, force: true }, { fieldManager: 'skiff-resources' });
      const end = clock.monotonic() + timeoutMs;
      while (!(await isServed(client, resource))) {
        const { status } = await client.get(definitions, { namespace: '', name });
        if (clock.monotonic() > end) throw new Error(`${name} is not served: ${JSON.stringify(status?.conditions ?? [])}`);
        await sleep(clock, LOOK_MS);
      }
    }),
  );
}

/** A resource is served a moment after its definition says that it is established. */
async function isServed(client: Client, kind: Kind): Promise<boolean> {
  try {
    await client.list(kind, { limit: 1 });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
