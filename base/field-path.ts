/** Writes the path of a field as upstream does: `profiles[0].plugins.filter`. Empty for the whole. */
export const fieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`), '');

/** Writes the faults of a configuration, each with its field; `whole` stands for a fault of no field. */
export const faultsText = (faults: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[], whole: string): string =>
  faults.map(({ path, message }) => `${fieldPath(path) || whole}: ${message}`).join('; ');
