import { mkdir, writeFile } from 'node:fs/promises';
import { CHART, chartFiles } from './chart-files.ts';

/** Writes the files of deploy/chart that are made from others. */
await mkdir(new URL('files/crds/', CHART), { recursive: true });
for (const [name, text] of chartFiles()) await writeFile(new URL(name, CHART), text);
