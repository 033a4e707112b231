import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** Openings of a docstring that name neither an action nor the thing that is defined. */
const HEADLESS = /\/\*\*\s+(?:\*\s+)?(?:@\w+ )?(What|Whatever|Who|Whoever|Whose|Where|How|Undefined:)(?![\w-])[^\n]*/g;

const files = execFileSync('git', ['ls-files', '-z', '*.ts'], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file.includes('/') && file !== 'scripts/prose.test.ts');

/** Returns the headless openings of a file as `FILE:LINE: TEXT`. */
function headlessOpenings(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(HEADLESS)].map(({ 0: opening, index }) => {
    const line = text.slice(0, index).split('\n').length;
    return `${file}:${line}: ${opening.replace(/\s*\n\s*\*/, '').trim()}`;
  });
}

describe('docstrings begin with a verb or with the noun that is defined', () => {
  it.each([...new Set(files.map((file) => file.slice(0, file.indexOf('/'))))])('in %s/', (room) => {
    expect(files.filter((file) => file.startsWith(`${room}/`)).flatMap(headlessOpenings)).toEqual([]);
  });
});
