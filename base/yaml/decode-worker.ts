import { parentPort } from 'node:worker_threads';
import { decodeYaml } from './decode.ts';
import type { AsideReply } from './decode-thread.ts';
import { YamlError } from './scalar.ts';

function reply(source: string): AsideReply {
  try {
    const { value, doubled } = decodeYaml(source);
    return { json: JSON.stringify(value), doubled: doubled() };
  } catch (error) {
    if (error instanceof YamlError) return { fault: error.message };
    throw error;
  }
}

parentPort?.on('message', (source: string) => parentPort?.postMessage(reply(source)));
