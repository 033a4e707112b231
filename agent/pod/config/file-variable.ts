import type { FileKeySelector } from '../../../api/pod/env/env.ts';
import { createEnvFileReader } from '../../spec/env-file.ts';
import { openWithin, pathWithin } from '../../volume/volume-file.ts';
import { ContainerConfigError } from './container-config-error.ts';

/**
 * The value of a variable that is written in a file of one of the pod's volumes. An empty value counts as none. Returns undefined if there is none
 * and the variable is optional; the file has to be there all the same, as kubelet 1.36 has it.
 * @throws ContainerConfigError in kubelet's words
 */
export async function fileVariable(
  { volumeName, path, key, optional }: FileKeySelector,
  emptyDir: (volume: string) => string | undefined,
): Promise<string | undefined> {
  const root = emptyDir(volumeName);
  if (root === undefined) throw new ContainerConfigError(`cannot find the volume ${JSON.stringify(volumeName)} referenced by FileKeyRef`);
  let file = '';
  let value = '';
  try {
    file = await pathWithin(root, path);
    value = await read(root, file, key);
  } catch (cause) {
    throw new ContainerConfigError("couldn't parse env file", { cause });
  }
  if (value !== '') return value;
  if (optional) return undefined;
  throw new ContainerConfigError(`environment variable key ${JSON.stringify(key)} not found in file ${JSON.stringify(file)}`);
}

/** Reads no further than to the value. */
async function read(root: string, file: string, key: string): Promise<string> {
  const reader = createEnvFileReader(key);
  await using handle = await openWithin(root, file);
  for await (const chunk of handle.createReadStream({ autoClose: false })) {
    const value = reader.read(chunk);
    if (value !== undefined) return value;
  }
  return reader.end() ?? '';
}
