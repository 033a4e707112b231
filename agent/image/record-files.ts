import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, replaceFile } from '../../base/kept-file.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { PulledRecord } from './pulled-record.ts';
import { intentText, parseIntent, parseRecord, recordText } from './record-form.ts';

/**
 * Records of pulls on disk, a file each, as kubelet keeps them: `pulling/` holds the images that are being pulled, `pulled/` those that were.
 * A file is named for the hash of the image's name, or of its id. Methods reject if a file cannot be read or written; two writers of one file
 * must take turns.
 */
export interface RecordFiles {
  /** The images that are noted as being pulled; notes that cannot be read are passed over. */
  intents(): Promise<readonly string[]>;
  hasIntent(image: string): Promise<boolean>;
  writeIntent(image: string): Promise<void>;
  deleteIntent(image: string): Promise<void>;
  /** Resolves with undefined if there is none. */
  record(imageRef: string): Promise<PulledRecord | undefined>;
  writeRecord(record: PulledRecord): Promise<void>;
  deleteRecord(imageRef: string): Promise<void>;
  /** The records of images other than these; those that cannot be read are passed over. */
  recordsBeside(imageRefs: Iterable<string>): Promise<readonly PulledRecord[]>;
  counts(): Promise<{ readonly intents: number; readonly records: number }>;
}

const nameOf = (key: string): string => `sha256-${sha256Hex(key)}`;
const NAME = /^sha256-[0-9a-f]{64}$/;

export function createRecordFiles(directory: string): RecordFiles {
  const pulling = join(directory, 'pulling');
  const pulled = join(directory, 'pulled');
  const write = (parent: string, key: string, text: string) => replaceFile(join(parent, nameOf(key)), text);
  const remove = (parent: string, key: string) => rm(join(parent, nameOf(key)), { force: true });
  return {
    async intents() {
      const texts = await Promise.all((await namesIn(pulling)).map((name) => readIfThere(join(pulling, name))));
      return texts.flatMap((text) => parsedOrNone(text, parseIntent) ?? []);
    },
    async hasIntent(image) {
      const text = await readIfThere(join(pulling, nameOf(image)));
      return text !== undefined && parseIntent(text) === image;
    },
    writeIntent: (image) => write(pulling, image, intentText(image)),
    deleteIntent: (image) => remove(pulling, image),
    async record(imageRef) {
      const text = await readIfThere(join(pulled, nameOf(imageRef)));
      const record = text === undefined ? undefined : parseRecord(text);
      return record?.imageRef === imageRef ? record : undefined;
    },
    writeRecord: (record) => write(pulled, record.imageRef, recordText(record)),
    deleteRecord: (imageRef) => remove(pulled, imageRef),
    async recordsBeside(imageRefs) {
      const known = new Set(Array.from(imageRefs, nameOf));
      const others = (await namesIn(pulled)).filter((name) => !known.has(name));
      const records: PulledRecord[] = [];
      for (const name of others) {
        const record = parsedOrNone(await readIfThere(join(pulled, name)), parseRecord);
        if (record) records.push(record);
      }
      return records;
    },
    async counts() {
      const [intents, records] = await Promise.all([namesIn(pulling), namesIn(pulled)]);
      return { intents: intents.length, records: records.length };
    },
  };
}

function parsedOrNone<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  try {
    return text === undefined ? undefined : parse(text);
  } catch {
    return undefined;
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => NAME.test(name));
}
