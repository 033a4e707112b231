import type { Authorizer } from '../contract/authorizer.ts';

/**
 * Allows everything to everyone who has proved who they are, and to others nothing but what authentication lets through as public.
 * Roles and bindings are stored, not yet enforced.
 */
export const alwaysAllow: Authorizer = {
  authorize: ({ user, isResource }) => {
    if (!user.groups.includes('system:unauthenticated') || !isResource) return { allowed: true };
    return { allowed: false };
  },
};
