import { attempt, tryCommand } from '../../containerd/command.ts';
import { applyTransaction } from '../proxy/nft.ts';
import { DENIED, POLICY_TABLE } from './policy-table.ts';

/** The kernel's side of network policies. */
export interface PolicyKernel {
  /** Runs one transaction: all of it or, with a rejection that names the line, nothing. */
  apply(transaction: string, signal?: AbortSignal): Promise<void>;
  exists(): Promise<boolean>;
  /** Nothing there is fine. */
  remove(): Promise<void>;
  /** Packets that were dropped since the table was replaced, by reason. */
  denied(): Promise<ReadonlyMap<string, number>>;
}

const TABLE = POLICY_TABLE.split(' ');

export const removePolicyTable = async (): Promise<void> => void (await attempt('nft', ['delete', 'table', ...TABLE]));

export const policyKernel: PolicyKernel = {
  apply: applyTransaction,
  exists: async () => (await tryCommand('nft', ['list', 'chain', ...TABLE, 'ingress'])).code === 0,
  remove: removePolicyTable,
  async denied() {
    const { stdout } = await attempt('nft', ['list', 'counters', 'table', ...TABLE]);
    return new Map(
      Object.entries(DENIED).flatMap(([reason, counter]) => {
        const packets = new RegExp(`counter ${counter} \\{\\s+packets (\\d+)`).exec(stdout)?.[1];
        return packets === undefined ? [] : [[reason, Number(packets)] as const];
      }),
    );
  },
};
