import { join } from 'node:path';
import type { AgentOptions } from './agent-options.ts';
import type { ImagePuller } from './contract/image-puller.ts';
import type { RuntimeAccess, Surroundings } from './contract/node-parts.ts';
import type { ObjectSource } from './contract/object-source.ts';
import { createImageMetrics, noImageMetrics } from './image/image-metrics.ts';
import { createImagePuller } from './image/image-puller.ts';
import type { PullRecords } from './image/pull-records.ts';
import { createPullRecords, noPullRecords } from './image/pull-records.ts';
import { pullCredentials } from './image/pull-secrets.ts';
import { createRecordFiles } from './image/record-files.ts';
import { IMAGE_VERIFICATION_DEFAULTS } from './image/verification-policy.ts';
import type { AgentMetrics } from './node/agent-metrics.ts';

/** The images of a node: the puller of containers' images, and the records of which pods may use them. */
export interface NodeImages {
  readonly puller: ImagePuller;
  readonly records: PullRecords;
}

/** kubelet's name of the directory of the records. */
const DIRECTORY = 'image_manager';

export type NodeImagesOptions = Pick<AgentOptions, 'dataDir' | 'imageVerification'> &
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
  const credentials = (pod: Parameters<typeof pullCredentials>[0], reference: string) => pullCredentials(pod, reference, objects);
  return { puller: createImagePuller({ runtime, recorder, clock, credentials, records, metrics }), records };
}
