const MAX_NAME = 253;

/** Returns the prefix of the names of an object's dependents; a name without room for the dash stays as it is. */
export const generateNameFor = (owner: string): string => (owner.length < MAX_NAME ? `${owner}-` : owner);
