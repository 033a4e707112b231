import type { Kind } from '../../api/definition/kind.ts';
import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition/index.ts';
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
  resources: readonly { readonly definition: CustomResourceDefinition }[],
  { clock = systemClock, timeoutMs = 60_000 }: InstallOptions = {},
): Promise<void> {
  await Promise.all(
    resources.map(async ({ definition }) => {
      const name = definition.metadata?.name ?? '';
      await client.patch(definitions, { namespace: '', name }, { type: 'apply', body: definition, force: true }, { fieldManager: 'skiff-resources' });
      const end = clock.monotonic() + timeoutMs;
      for (;;) {
        const { status } = await client.get(definitions, { namespace: '', name });
        const conditions = status?.conditions ?? [];
        if (conditions.some((condition) => condition.type === 'Established' && condition.status === 'True')) return;
        if (clock.monotonic() > end) throw new Error(`${name} is not served: ${JSON.stringify(conditions)}`);
        await sleep(clock, LOOK_MS);
      }
    }),
  );
}
