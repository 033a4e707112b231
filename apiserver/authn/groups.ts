/** The group of every user who has proved an identity. */
export const AUTHENTICATED = 'system:authenticated';
/** The group of requests without credentials. */
export const UNAUTHENTICATED = 'system:unauthenticated';
/** The group of everyone who came with a bootstrap token. */
export const BOOTSTRAPPERS = 'system:bootstrappers';
