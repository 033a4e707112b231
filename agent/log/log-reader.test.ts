import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { appendFile, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { LogOptions } from './log-options.ts';
import { parseLogOptions } from './log-options.ts';
import { printLog } from './log-reader.ts';
import { readTail } from './log-tail.ts';

let path = '';
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'skiff-log-')), '0.log');
});
afterEach(() => removeDirectory(dirname(path)));
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000001Z`;
const line = (second: number, text: string, stream = 'stdout', tag = 'F') => `${at(second)} ${stream} ${tag} ${text}\n`;
const options = (query: string): LogOptions => parseLogOptions(new URLSearchParams(query), Date.parse(at(30)));

async function print(query = '', live: () => boolean = () => false): Promise<string> {
  const chunks: string[] = [];
  await printLog({ path, live }, options(query), async (chunk) => void chunks.push(chunk), systemClock, new AbortController().signal);
  return chunks.join('');
}

describe('a container log', () => {
  beforeEach(() => writeFile(path, line(1, 'one') + line(2, 'err', 'stderr') + line(3, 'par', 'stdout', 'P') + line(3, 'tial') + line(4, 'last')));

  it('is printed without its times and tags, parts of a line put together', async () => {
    expect(await print()).toBe('one\nerr\npartial\nlast\n');
  });

  it('is printed with its times on demand', async () => {
    expect(await print('timestamps=true&tailLines=1')).toBe(`${at(4)} last\n`);
    expect(await print('timestamps=true')).toContain(`${at(3)} partial\n`);
  });

  it.each([
    ['tailLines=2', 'tial\nlast\n'],
    ['tailLines=0', ''],
    ['tailLines=99', 'one\nerr\npartial\nlast\n'],
    [`sinceTime=${at(3)}`, 'partial\nlast\n'],
    ['sinceSeconds=27', 'partial\nlast\n'],
    ['stream=Stderr', 'err\n'],
    ['stream=Stdout', 'one\npartial\nlast\n'],
    ['limitBytes=5', 'one\ne'],
  ])('with %s is %j', async (query, expected) => {
    expect(await print(query)).toBe(expected);
  });

  it('is followed until the container is dead and all is read', async () => {
    let live = true;
    const chunks: string[] = [];
    const printed = printLog(
      { path, live: () => live },
      options('follow=true&tailLines=1'),
      async (chunk) => void chunks.push(chunk),
      systemClock,
      new AbortController().signal,
    );
    // The last line is that of the file as it was opened.
    while (chunks.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await appendFile(path, line(5, 'more'));
    await appendFile(path, line(6, 'and more'));
    await appendFile(path, line(7, 'end'));
    live = false;
    await printed;
    expect(chunks.join('')).toBe('last\nmore\nand more\nend\n');
  });

  it('is followed over its rotation', async () => {
    let live = true;
    const seen: string[] = [];
    const printed = printLog(
      { path, live: () => live },
      options('follow=true&tailLines=1'),
      async (chunk) => {
        seen.push(chunk);
        if (chunk.includes('new')) live = false;
      },
      systemClock,
      new AbortController().signal,
    );
    // It has the file open once its last line is printed.
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    seen.length = 0;
    await appendFile(path, line(5, 'old'));
    await rename(path, `${path}.20260101-000005`);
    await writeFile(path, line(6, 'new'));
    await printed;
    expect(seen.join('')).toBe('old\nnew\n');
  });

  it('is read to its end though it is rotated just after it seemed to be read', async () => {
    const seen: string[] = [];
    let isRotated = false;
    const file = {
      live: () => !isRotated,
      // The path is asked for once all is read: does it lead to another file by now?
      get path() {
        if (seen.length > 0 && !isRotated) {
          isRotated = true;
          appendFileSync(path, line(5, 'old'));
          renameSync(path, `${path}.20260101-000005`);
          writeFileSync(path, line(6, 'new'));
        }
        return path;
      },
    };
    const sink = async (chunk: string) => void seen.push(chunk);
    await printLog(file, options('follow=true&tailLines=1'), sink, systemClock, new AbortController().signal);
    expect(seen.slice(1).join('')).toBe('old\nnew\n');
  });

  it('ends with its last words where they are the only message', async () => {
    expect(await readTail(path, 2, 2048)).toBe('partial\nlast\n'.slice('par'.length));
    expect(await readTail(path, 80, 6)).toBe('\nlast\n');
    expect(await readTail('/nowhere', 80, 100)).toBe('');
  });

  it('may be long: the last lines are found without reading it all', async () => {
    await writeFile(path, Array.from({ length: 20_000 }, (_, index) => line(index % 60, `line ${index}`)).join(''));
    expect(await print('tailLines=3')).toBe('line 19997\nline 19998\nline 19999\n');
  });
});

describe('what is asked of a log', () => {
  it.each(['tailLines=-1', 'limitBytes=x', 'sinceTime=yesterday', 'stream=both', `sinceSeconds=1&sinceTime=${at(1)}`])(
    'is refused by name: %s',
    (query) => {
      expect(() => options(query)).toThrow(expect.objectContaining({ code: 400 }));
    },
  );
});
