import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HugePages } from '../contract/huge-pages.ts';

const KI = 1024;
const HUGE_PAGES = '/sys/kernel/mm/hugepages';

/** Reads how many huge pages of each size that the kernel knows are set aside, the smallest first; none if it knows no such pages. */
export async function machineHugePages(directory = HUGE_PAGES): Promise<readonly HugePages[]> {
  const names = await readdir(directory).catch(() => []);
  const found = names.flatMap((name) => {
    const kibibytes = /^hugepages-(\d+)kB$/.exec(name)?.[1];
    return kibibytes === undefined ? [] : [{ name, pageSize: Number(kibibytes) * KI }];
  });
  const pages = found.map(async ({ name, pageSize }) => ({
    pageSize,
    total: pageSize * Number(await readFile(join(directory, name, 'nr_hugepages'), 'utf8')),
  }));
  return (await Promise.all(pages)).sort((a, b) => a.pageSize - b.pageSize);
}
