import { randomUUID } from 'node:crypto';
import type { NodeFacts } from '../../agent/node/node-info.ts';
import { resources, systemInfo } from '../../agent/node/node-info.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { NodeSize } from './registration-options.ts';

/** By these a simulated node is told from a real one. */
export const SIMULATED_LABELS = { 'skiff.dev/simulated': 'true' };

const SIZE: NodeSize = { cpus: 32, memoryBytes: 256 * 2 ** 30, pods: 110 };
/** None, of the sizes that most machines have. */
const HUGE_PAGES = [2 ** 30, 2 ** 21].map((pageSize) => ({ pageSize, total: 0 }));
const DISK_BYTES = 1024 * 2 ** 30;

/**
 * Returns the capacity and identity of a simulated machine that has just been started. A machine of the same name has the same identity every time;
 * without a name it is a new machine.
 */
export function simulatedFacts(size: Partial<NodeSize> = {}, name?: string): NodeFacts {
  const { cpus, memoryBytes, pods } = { ...SIZE, ...size };
  const machineID = name === undefined ? randomUUID() : uuidOf(`machine ${name}`);
  const systemUUID = name === undefined ? randomUUID() : uuidOf(`system ${name}`);
  const identity = { machineID, systemUUID, bootID: randomUUID(), osImage: 'simulated', kernelVersion: 'simulated' };
  const amounts = resources({ cpus, memoryBytes, diskBytes: DISK_BYTES, pods, hugePages: HUGE_PAGES });
  return { info: systemInfo(identity, 'simulated://'), ...amounts, memoryBytes };
}

/**
 * Returns the address that pods of a simulated node show as their host's, from 10.64.0.0/11: nobody answers there. The agent itself is reached at a
 * loopback address, which the API refuses as an endpoint. A node of the same name has the same address every time.
 */
export function simulatedHostIp(nodeName: string): string {
  const n = Number.parseInt(sha256Hex(`address ${nodeName}`).slice(0, 8), 16);
  return `10.${64 + ((n >>> 16) & 31)}.${(n >>> 8) & 255}.${1 + ((n & 255) % 254)}`;
}

const uuidOf = (text: string): string => sha256Hex(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
