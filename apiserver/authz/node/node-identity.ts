import type { UserInfo } from '../../contract/request.ts';

const PREFIX = 'system:node:';
export const NODES_GROUP = 'system:nodes';

/**
 * Returns the node that a user is, by its name and group (pkg/auth/nodeidentifier); empty if the name tells none, undefined if the user is no
 * node.
 */
export const nodeOf = ({ name, groups }: UserInfo): string | undefined =>
  name.startsWith(PREFIX) && groups.includes(NODES_GROUP) ? name.slice(PREFIX.length) : undefined;
