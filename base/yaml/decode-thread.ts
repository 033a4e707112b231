import type { ParseOptions } from '../json/parse-steps.ts';
import { parseSteps } from '../json/parse-steps.ts';
import { inTurns } from '../steps.ts';
import { createWorkThread } from '../work/thread.ts';
import type { DecodedYaml } from './decode.ts';
import type { decodeWork } from './decode-work.ts';
import { YamlError } from './scalar.ts';

const runAside = createWorkThread<typeof decodeWork>({
  // In a bundle the worker is a file of its own beside it: see scripts/bundle.ts.
  module: () => new URL(import.meta.url.endsWith('.ts') ? './decode-worker.ts' : './yaml-worker.mjs', import.meta.url),
  // A text of 3 MB takes some 300 MB while it is decoded.
  limits: { maxOldGenerationSizeMb: 768 },
});

/**
 * Decodes a long YAML document as `decodeYaml` does, in a thread that lives as long as there is work. Texts are decoded one after the other.
 * @throws YamlError, TooManyMembersError
 */
export async function decodeYamlAside(source: string, limits: Pick<ParseOptions, 'maxKeys' | 'maxItems'> = {}): Promise<DecodedYaml> {
  const reply = await runAside('decode', source);
  if ('fault' in reply) throw new YamlError(reply.fault);
  return { value: await inTurns(parseSteps(reply.json, { ...limits, maxDepth: Number.POSITIVE_INFINITY })), doubled: () => [...reply.doubled] };
}
