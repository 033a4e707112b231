import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import type { Reserved } from './node-info.ts';
import { checkReserved, machineFacts, resources } from './node-info.ts';
import { NO_RESERVATION, parseReservation } from './reservation.ts';

const MI = 2 ** 20;
const GI = 2 ** 30;
const amounts = { cpus: 4, memoryBytes: 8 * 1024 * MI, diskBytes: 100 * 1024 * MI, pods: 110 };
const keeping = (text: string): Reserved => ({ system: parseReservation(text), memory: () => 100 * MI, disk: (capacity) => capacity * 0.1 });
const unreserved: Reserved = { system: NO_RESERVATION, memory: () => 100 * MI, disk: () => 0 };

describe('the resources of a node', () => {
  it('are for its pods, without what is reserved and what evictions keep free', () => {
    const { capacity, allocatable } = resources(amounts, keeping('cpu=250m,memory=1Gi,ephemeral-storage=10Gi,pid=1000'));
    expect(capacity).toMatchObject({ cpu: '4', memory: '8Gi', 'ephemeral-storage': '100Gi' });
    expect(allocatable).toMatchObject({ cpu: '3750m', memory: '7068Mi', 'ephemeral-storage': String(80 * 1024 * MI), pods: '110' });
    expect(allocatable).not.toHaveProperty('pid');
  });

  it('may be reserved to the byte', () => {
    expect(resources(amounts, keeping('memory=500M')).allocatable.memory).toBe(String(8 * 1024 * MI - 100 * MI - 500e6));
  });

  it.each([
    ['cpu=5', '5000 millicores of cpu are kept from pods, and the node has 4000: reserve less'],
    ['memory=8Gi', `${8292 * MI} bytes of memory are kept from pods, and the node has ${8192 * MI}`],
    ['ephemeral-storage=91Gi', 'bytes of ephemeral-storage are kept'],
    ['pid=40000', '40000 pid are kept from pods, and the node has 32768'],
  ])('may not be exceeded by %s', (text, problem) => {
    expect(() => checkReserved(amounts, 32_768, keeping(text))).toThrow(`--system-reserved, --kube-reserved and --eviction-hard: `);
    expect(() => checkReserved(amounts, 32_768, keeping(text))).toThrow(problem);
  });

  it('suffice for reservations up to the last', () => {
    expect(() => checkReserved(amounts, 32_768, keeping('cpu=4,memory=8092Mi,ephemeral-storage=90Gi,pid=32768'))).not.toThrow();
    expect(() => checkReserved(amounts, undefined, keeping('pid=32768'))).not.toThrow();
  });

  it('of this machine are no more than it has', async () => {
    const runtime = { name: 'containerd', version: '2', apiVersion: 'v1' };
    const machine = (memory: number) =>
      machineFacts(tmpdir(), runtime, 110, { system: { ...NO_RESERVATION, memory }, memory: () => 0, disk: () => 0 });
    await expect(machine(2 ** 50)).rejects.toThrow('bytes of memory are kept from pods');
    expect((await machine(MI)).taskLimit).toBeGreaterThan(0);
  });

  it('have huge pages by their sizes, which pods get in place of memory', () => {
    const hugePages = [
      { pageSize: 64 * 1024, total: 0 },
      { pageSize: 2 * MI, total: 512 * MI },
      { pageSize: GI, total: 2 * GI },
    ];
    const { capacity, allocatable } = resources({ ...amounts, hugePages }, unreserved);
    const counted = { 'hugepages-64Ki': '0', 'hugepages-2Mi': '512Mi', 'hugepages-1Gi': '2Gi' };
    expect(capacity).toMatchObject({ ...counted, memory: '8Gi' });
    expect(allocatable).toMatchObject({ ...counted, memory: '5532Mi' });
  });

  it('have no memory left, and not less, if all of it is huge pages', () => {
    expect(resources({ ...amounts, hugePages: [{ pageSize: GI, total: 8 * GI }] }, unreserved).allocatable).toMatchObject({ memory: '0' });
  });

  it('have no huge pages on a machine without', () => {
    expect(Object.keys(resources(amounts, unreserved).capacity).filter((name) => name.startsWith('hugepages'))).toEqual([]);
  });
});
