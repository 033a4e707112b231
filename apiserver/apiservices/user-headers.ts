import type { UserInfo } from '../contract/request.ts';

const USER = 'x-remote-user';
const UID = 'x-remote-uid';
const GROUP = 'x-remote-group';
const EXTRA = 'x-remote-extra-';

/** Node writes headers as Latin-1; names are UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is no ASCII is to be found
const headerText = (text: string): string => (/^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1'));

/** Escapes what cannot stand in the name of a header (k8s.io/client-go/transport, headerKeyEscape). */
function headerKey(key: string): string {
  const bytes = Buffer.from(key, 'utf8');
  let escaped = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    escaped += /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/** Whether a header names a user: only this server's own may reach the servers behind it. */
export const isUserHeader = (name: string): boolean => name === USER || name === UID || name === GROUP || name.startsWith(EXTRA);

/** Returns the headers that name a user to a server that trusts this one (k8s.io/client-go/transport, SetAuthProxyHeaders). */
export function userHeaders({ name, uid, groups, extra = {} }: UserInfo): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { [USER]: headerText(name) };
  if (uid) headers[UID] = headerText(uid);
  if (groups.length > 0) headers[GROUP] = groups.map(headerText);
  for (const [key, values] of Object.entries(extra)) {
    if (values.length > 0) headers[EXTRA + headerKey(key.toLowerCase())] = values.map(headerText);
  }
  return headers;
}
