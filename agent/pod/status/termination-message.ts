import { open } from 'node:fs/promises';
import type { RuntimeContainer } from '../../contract/runtime.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';
import { readTail } from '../../log/log-tail.ts';

const MAX_BYTES = 4096;
const MAX_LOG_BYTES = 2048;
const MAX_LOG_LINES = 80;

/**
 * The last message of a dead container: its message file, otherwise, if its policy allows and it failed, the end of its log
 * (https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/). Empty if there is nothing.
 */
export async function terminationMessage(container: RuntimeContainer): Promise<string> {
  const file = container.annotations[ANNOTATION.terminationMessageFile];
  const written = file ? await readStart(file) : '';
  if (written !== '') return written;
  const fallback = container.annotations[ANNOTATION.terminationMessagePolicy] === 'FallbackToLogsOnError' && container.exitCode !== 0;
  if (!fallback || container.logPath === '') return '';
  return readTail(container.logPath, MAX_LOG_LINES, MAX_LOG_BYTES);
}

async function readStart(file: string): Promise<string> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.subarray(0, bytesRead).toString();
  } catch {
    // The file is deleted with the pod's directory.
    return '';
  }
}
