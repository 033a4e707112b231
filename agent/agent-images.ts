import { join } from 'node:path';
import type { Pod } from '../api/kinds/core/pod/index.ts';
import type { ServiceAccount } from '../api/kinds/core/service-account.ts';
import { serviceAccounts } from '../api/kinds/core/service-account.ts';
import type { Live } from '../api/meta/object.ts';
import { measured } from '../runtime/observe/measured.ts';
import type { AgentOptions } from './agent-options.ts';
import type { ImagePuller } from './contract/image-puller.ts';
import type { RuntimeAccess, Surroundings } from './contract/node-parts.ts';
import type { ObjectSource } from './contract/object-source.ts';
import { createProviderLookup } from './image/credential-provider/provider-lookup.ts';
import { createProviderMetrics } from './image/credential-provider/provider-metrics.ts';
import { askProvider } from './image/credential-provider/provider-program.ts';
import { createImageMetrics, noImageMetrics } from './image/image-metrics.ts';
import { createImagePuller } from './image/image-puller.ts';
import { createNodeCredentials } from './image/node-credentials.ts';
import type { CredentialLookup, PodCredentials } from './image/pod-credentials.ts';
import type { PullRecords } from './image/pull-records.ts';
import { createPullRecords, noPullRecords } from './image/pull-records.ts';
import { pullCredentials } from './image/pull-secrets.ts';
import { createRecordFiles } from './image/record-files.ts';
import { IMAGE_VERIFICATION_DEFAULTS } from './image/verification-policy.ts';
import type { AgentMetrics } from './node/agent-metrics.ts';
import type { TokenSource } from './volume/token-source.ts';
import { createTokenSource } from './volume/token-source.ts';

/** The images of a node: the puller of containers' images, and the records of which pods may use them. */
export interface NodeImages {
  readonly puller: ImagePuller;
  readonly records: PullRecords;
}

/** kubelet's name of the directory of the records. */
const DIRECTORY = 'image_manager';

export type NodeImagesOptions = Pick<AgentOptions, 'dataDir' | 'imageVerification' | 'maxParallelPulls' | 'client' | 'credentialProviders'> &
  Pick<RuntimeAccess, 'runtime'> &
  Surroundings & {
    readonly objects: ObjectSource;
    readonly metrics: Pick<AgentMetrics, 'registry'> | undefined;
  };

export function createNodeImages(options: NodeImagesOptions): NodeImages {
  const { runtime, recorder, clock, log, objects } = options;
  const files = createRecordFiles(join(options.dataDir, DIRECTORY));
  const metrics = options.metrics && !runtime.simulated ? createImageMetrics(options.metrics.registry, files) : noImageMetrics;
  const records = runtime.simulated
    ? noPullRecords
    : createPullRecords({
        files,
        verification: options.imageVerification ?? IMAGE_VERIFICATION_DEFAULTS,
        images: () => runtime.images(),
        clock,
        log,
        onCheck: metrics.checked,
      });
  const tokens = createTokenSource(options.client, clock);
  const lookups = runtime.simulated ? [] : nodeLookups(options, tokens);
  const credentials = async (pod: Live<Pod>, reference: string): Promise<PodCredentials> => {
    const [ofSecrets, ...ofNode] = await Promise.all([pullCredentials(pod, reference, objects), ...lookups.map((lookup) => lookup(pod, reference))]);
    return { ...ofSecrets, found: [...ofSecrets.found, ...ofNode.flat()] };
  };
  const puller = createImagePuller({ runtime, recorder, clock, credentials, records, metrics, maxParallelPulls: options.maxParallelPulls });
  return {
    puller: {
      ...puller,
      forget(podUid) {
        puller.forget(podUid);
        tokens.forget(podUid);
      },
    },
    records,
  };
}

/** Credentials that the node has beside those of pods' Secrets, in the order in which they are tried after them. */
function nodeLookups(options: NodeImagesOptions, tokens: TokenSource): readonly CredentialLookup[] {
  const { dataDir, clock, log, client, credentialProviders } = options;
  const ofNode = createNodeCredentials(dataDir, clock);
  if (!credentialProviders) return [ofNode];
  const { providers, directory, hash } = credentialProviders;
  const metrics = options.metrics && createProviderMetrics(options.metrics.registry, hash);
  const ofProviders = createProviderLookup({
    providers,
    ask: (provider, request) =>
      measured(
        clock,
        () => askProvider(provider, directory, request),
        (seconds, error) => metrics?.ran(provider.name, seconds, error !== undefined),
      ),
    account: (key) => client.get<ServiceAccount>(serviceAccounts, key),
    token: (pod, audience, accountUid) => tokens.token(pod, { audience, path: '' }, accountUid),
    clock,
    log,
  });
  return [ofNode, ofProviders];
}
