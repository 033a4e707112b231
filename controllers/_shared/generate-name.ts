const MAX_NAME = 253;

/** What names of an object's dependents begin with: a name that leaves no room for the dash goes without. */
export const generateNameFor = (owner: string): string => (owner.length < MAX_NAME ? `${owner}-` : owner);
