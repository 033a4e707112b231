import { createHash } from 'node:crypto';
import type { UserInfo } from '../contract/request.ts';
import { CsvError, parseCsv } from './csv.ts';

/** Tokens are kept and looked up by hash, so that the time of a look-up says nothing about a token. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64');

/** Reports entries of a token file that are skipped. */
export type TokenFileWarning = (message: string) => void;

/**
 * Reads a static token file, one `token,user,uid,"group1,group2"` a line, into users by token hash
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file). An empty or doubled token is skipped and
 * reported, as upstream does. @throws Error naming the line and column of a record that is malformed or has fewer than three fields.
 */
export function parseTokenFile(text: string, warn: TokenFileWarning = () => {}): ReadonlyMap<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const { line, fields } of recordsOf(text)) {
    const [token = '', name = '', uid = '', groups] = fields;
    if (fields.length < 3) {
      const column = fields.join(',').length + 1;
      throw new Error(
        `token file, line ${line}, column ${column}: must have at least 3 columns (token, user name, user uid), found ${fields.length}`,
      );
    }
    const hash = tokenHash(token);
    if (token === '') warn(`token file, line ${line}, column 1: the token is empty; the line is skipped`);
    else if (users.has(hash)) warn(`token file, line ${line}, column 1: the token stands in an earlier line; this one is skipped`);
    else users.set(hash, { name, uid, groups: groups === undefined || groups === '' ? [] : groups.split(',') });
  }
  return users;
}

function recordsOf(text: string) {
  try {
    return parseCsv(text);
  } catch (error) {
    if (error instanceof CsvError) throw new Error(`token file, ${error.message}`);
    throw error;
  }
}
