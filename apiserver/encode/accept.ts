/** One media type of an Accept header. */
export interface Clause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Parses an Accept header; returns its media types, the preferred one first. Parts that are no media type are left out. */
export function parseAccept(header: string): readonly Clause[] {
  const clauses: Clause[] = [];
  for (const part of header.split(',')) {
    const clause = clauseOf(part);
    if (clause) insert(clauses, clause);
  }
  return clauses;
}

function clauseOf(text: string): Clause | undefined {
  const [media = '', ...rest] = text.split(';').map((part) => part.trim());
  const [type, subtype, more] = media === '*' ? ['*', '*'] : media.split('/').map((part) => part.trim());
  if (type === undefined || subtype === undefined || more !== undefined) return undefined;
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const [name, value, third] = parameter.split('=').map((part) => part.trim());
    if (name !== undefined && value !== undefined && third === undefined) parameters.set(name, value);
  }
  const quality = parameters.get('q');
  parameters.delete('q');
  return { type, subtype, quality: quality === undefined ? 1 : Number(quality) || 0, parameters };
}

/** Puts a clause at its place, as upstream's parser sorts them: by quality, then media types before ranges (github.com/munnerz/goautoneg). */
function insert(clauses: Clause[], clause: Clause): void {
  let at = clauses.length;
  while (at > 0 && isPreferred(clause, clauses[at - 1])) at--;
  clauses.splice(at, 0, clause);
}

function isPreferred(a: Clause, b: Clause | undefined): boolean {
  if (!b || a.quality > b.quality) return true;
  if (a.type !== '*' && b.type === '*') return true;
  return a.subtype !== '*' && b.subtype === '*';
}
