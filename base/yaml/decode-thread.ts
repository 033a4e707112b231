import { Worker } from 'node:worker_threads';
import type { ParseOptions } from '../json/parse-steps.ts';
import { parseSteps } from '../json/parse-steps.ts';
import { inTurns } from '../steps.ts';
import type { DecodedYaml } from './decode.ts';
import { YamlError } from './scalar.ts';

/** The thread's answer to a text. JSON crosses over far quicker than a value does. */
export type AsideReply = { readonly json: string; readonly doubled: string[] } | { readonly fault: string };

interface Waiting {
  readonly resolve: (reply: AsideReply) => void;
  readonly reject: (error: Error) => void;
}

/** In a bundle the worker is a file of its own beside it: see scripts/bundle.ts. */
const workerUrl = () => new URL(import.meta.url.endsWith('.ts') ? './decode-worker.ts' : './yaml-worker.mjs', import.meta.url);

/** A text of 3 MB takes some 300 MB while it is decoded. */
const LIMITS = { maxOldGenerationSizeMb: 768 };

let worker: Worker | undefined;
const waiting: Waiting[] = [];

/**
 * Decodes a long YAML document as `decodeYaml` does, in a thread that lives as long as there is work. Texts are decoded one after the other.
 * @throws YamlError, TooManyMembersError
 */
export async function decodeYamlAside(source: string, limits: Pick<ParseOptions, 'maxKeys' | 'maxItems'> = {}): Promise<DecodedYaml> {
  const { promise, resolve, reject } = Promise.withResolvers<AsideReply>();
  waiting.push({ resolve, reject });
  worker ??= start();
  worker.postMessage(source);
  const reply = await promise;
  if ('fault' in reply) throw new YamlError(reply.fault);
  return { value: await inTurns(parseSteps(reply.json, { ...limits, maxDepth: Number.POSITIVE_INFINITY })), doubled: () => [...reply.doubled] };
}

function start(): Worker {
  const started = new Worker(workerUrl(), { resourceLimits: LIMITS, execArgv: ['--no-warnings'] });
  const end = (error: Error) => {
    if (worker !== started) return;
    worker = undefined;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  started.on('message', (reply: AsideReply) => {
    waiting.shift()?.resolve(reply);
    if (waiting.length > 0) return;
    worker = undefined;
    void started.terminate();
  });
  started.on('error', (error) => end(error));
  started.on('exit', () => end(new Error('the thread that decodes YAML ended')));
  return started;
}
