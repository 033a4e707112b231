import { mkdir, writeFile } from 'node:fs/promises';
import { crdFiles } from './crd-files.ts';

/** Writes the CustomResourceDefinitions of the concepts into crds/. */
const folder = new URL('../crds/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, text] of crdFiles()) await writeFile(new URL(name, folder), text);
