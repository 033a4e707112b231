import { attempt, runCommand, tryCommand } from '../../containerd/command.ts';
import { TABLE } from './table.ts';

/** Runs one transaction: all of it or, with a CommandError that names the line, nothing. A process of its own takes 3 ms for any table size. */
export async function applyTransaction(commands: string, signal?: AbortSignal): Promise<void> {
  await runCommand('nft', ['-f', '-'], { input: commands, signal });
}

/** Whether our table is there: a firewall that is reloaded flushes it with everybody else's. */
export async function tableExists(): Promise<boolean> {
  return (await tryCommand('nft', ['list', 'chain', ...TABLE.split(' '), 'dispatch'])).code === 0;
}

/** Nothing there is fine. */
export async function removeTable(): Promise<void> {
  await attempt('nft', ['delete', 'table', ...TABLE.split(' ')]);
}
