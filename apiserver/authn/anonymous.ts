import type { UserInfo } from '../contract/request.ts';
import { UNAUTHENTICATED } from './groups.ts';
import { PUBLIC_PATHS } from './public-paths.ts';

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };

/** The paths that requests without credentials are let through to, as `system:anonymous`: all, none, or those of a list, each exactly. */
export type AnonymousAccess = 'all' | 'none' | ReadonlySet<string>;

/** Health and version: upstream lets anonymous requests through everywhere, and leaves it to RBAC. */
export const ANONYMOUS_DEFAULT: AnonymousAccess = PUBLIC_PATHS;

export const isOpenToAnonymous = (access: AnonymousAccess, path: string): boolean => access === 'all' || (access !== 'none' && access.has(path));
