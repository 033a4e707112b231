/** Blocks of one size cut from a range of IPv4 addresses. */
export interface CidrBlocks {
  readonly count: number;
  /** Returns the text of the i-th block. */
  at(index: number): string;
  /** Returns the index of a CIDR; undefined if it is none of the blocks. */
  indexOf(cidr: string): number | undefined;
}

function parse(cidr: string): { address: number; bits: number } {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [a = -1, b = -1, c = -1, d = -1, bits = -1] = (match?.slice(1) ?? []).map(Number);
  const valid = [a, b, c, d].every((octet) => octet >= 0 && octet <= 255) && bits >= 0 && bits <= 32;
  if (!valid) throw new Error(`no IPv4 range: ${JSON.stringify(cidr)}`);
  return { address: ((a * 256 + b) * 256 + c) * 256 + d, bits };
}

const text = (address: number): string => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

/**
 * Cuts `clusterCidr` into blocks of `/nodeBits`.
 * @throws Error if the range cannot be read, or is smaller than a block
 */
export function cidrBlocks(clusterCidr: string, nodeBits: number): CidrBlocks {
  const { address, bits } = parse(clusterCidr);
  if (nodeBits < bits || nodeBits > 32) throw new Error(`blocks of /${nodeBits} do not fit into ${clusterCidr}`);
  const size = 2 ** (32 - nodeBits);
  const start = Math.floor(address / 2 ** (32 - bits)) * 2 ** (32 - bits);
  const count = 2 ** (nodeBits - bits);
  return {
    count,
    at: (index) => `${text(start + index * size)}/${nodeBits}`,
    indexOf(cidr) {
      const given = parse(cidr);
      const index = (given.address - start) / size;
      return given.bits === nodeBits && Number.isInteger(index) && index >= 0 && index < count ? index : undefined;
    },
  };
}

/** Returns the next free block after `after`, so that a freed block rests as long as possible; undefined if none is free. */
export function nextFree(blocks: CidrBlocks, taken: ReadonlySet<number>, after: number): number | undefined {
  for (let step = 1; step <= blocks.count; step++) {
    const index = (after + step) % blocks.count;
    if (!taken.has(index)) return index;
  }
  return undefined;
}
