import { RE2JS, RE2JSException } from 're2js';
import { createBoundedMap } from './bounded-map.ts';

/** A compiled pattern. */
export interface Pattern {
  /** Returns whether the pattern matches anywhere in the text, in time linear in the text. */
  test(text: string): boolean;
}

/** Patterns that are kept compiled. */
const MEMO = 1024;
const compiled = createBoundedMap<Pattern>(MEMO);

/**
 * Compiles a regular expression in Go's syntax (https://github.com/google/re2/wiki/Syntax), once per source. The engine does not backtrack:
 * patterns that Go cannot run in linear time (look-around, back-references, more than 1,000 repetitions) are errors, as in Go.
 * @throws SyntaxError with Go's message if Go has no such pattern.
 */
export function goPattern(source: string): Pattern {
  const known = compiled.get(source);
  if (known) return known;
  const pattern = compile(source);
  compiled.set(source, pattern);
  return pattern;
}

function compile(source: string): Pattern {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    // Go quotes the offending part even if it is empty.
    if (error instanceof RE2JSException) throw new SyntaxError(error.message.includes('`') ? error.message : `${error.message}: \`\``);
    throw error;
  }
}

/**
 * Returns the matches of a pattern, at most `limit` of them, as Go's FindAllString does: an empty match right behind another match does not
 * count. A negative limit is none.
 * @throws SyntaxError with Go's message if Go has no such pattern.
 */
export function findAllMatches(source: string, text: string, limit: number): string[] {
  const pattern = goPattern(source);
  if (!(pattern instanceof RE2JS)) return [];
  const found: string[] = [];
  const matcher = pattern.matcher(text);
  let end = -1;
  while ((limit < 0 || found.length < limit) && matcher.find()) {
    if (matcher.end() === matcher.start() && matcher.start() === end) continue;
    end = matcher.end();
    found.push(matcher.group() ?? '');
  }
  return found;
}
