import { createHash } from 'node:crypto';
import type { UserInfo } from '../contract/request.ts';

/** The fields of one line of a CSV file, where a field may stand in double quotes. */
function csvFields(line: string): string[] {
  const fields: string[] = [];
  for (const match of line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push(match[1] === undefined ? (match[2] ?? '').trim() : match[1].replaceAll('""', '"'));
  }
  return fields;
}

/** Tokens are kept and looked up by hash, so that the time of a look-up says nothing about a token. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64');

/**
 * Reads a static token file, one `token,user,uid,"group1,group2"` a line, into users by token hash
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file).
 * @throws Error naming the line that has fewer than three fields or an empty token.
 */
export function parseTokenFile(text: string): ReadonlyMap<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [token, name, uid, groups] = csvFields(line);
    if (!token || !name || uid === undefined) throw new Error(`token file, line ${index + 1}: needs a token, a user name and a user uid`);
    const members = (groups ?? '').split(',').map((group) => group.trim());
    users.set(tokenHash(token), { name, uid, groups: members.filter((group) => group !== '') });
  }
  return users;
}
