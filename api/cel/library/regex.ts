import type { Library } from '../../../base/cel/functions.ts';
import { INT, listType, STRING } from '../../../base/cel/types.ts';
import type { Value } from '../../../base/cel/values.ts';
import { ArrayList, EvaluationError, noSuchOverload } from '../../../base/cel/values.ts';
import { findAllMatches } from '../../../base/regexp.ts';

function matchesOf(text: Value | undefined, pattern: Value | undefined, limit: number): readonly string[] {
  if (typeof text !== 'string' || typeof pattern !== 'string') throw noSuchOverload();
  try {
    return findAllMatches(pattern, text, limit);
  } catch (error) {
    if (error instanceof SyntaxError) throw new EvaluationError(`Illegal regex: ${error.message}`);
    throw error;
  }
}

/** `find` and `findAll`. */
export const regexLibrary: Library = {
  functions: {
    find: [
      {
        id: 'string_find_string',
        member: true,
        params: [STRING, STRING],
        result: STRING,
        call: (text, pattern) => matchesOf(text, pattern, 1)[0] ?? '',
      },
    ],
    findAll: [
      {
        id: 'string_find_all_string',
        member: true,
        params: [STRING, STRING],
        result: listType(STRING),
        call: (text, pattern) => new ArrayList(matchesOf(text, pattern, -1)),
      },
      {
        id: 'string_find_all_string_int',
        member: true,
        params: [STRING, STRING, INT],
        result: listType(STRING),
        call: (text, pattern, limit) => new ArrayList(matchesOf(text, pattern, Number(limit))),
      },
    ],
  },
};
