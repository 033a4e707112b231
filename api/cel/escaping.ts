/** Words that CEL's grammar keeps for itself: such a field is written `__namespace__`. */
const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
const ESCAPES: Readonly<Record<string, string>> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' };

/** Returns the identifier by which expressions name a field; undefined if they cannot (k8s.io/apiserver/pkg/cel, Escape). */
export function escapedName(name: string): string | undefined {
  if (name === '' || /^[0-9]/.test(name) || /[^a-zA-Z0-9\-./_]/.test(name)) return undefined;
  if (RESERVED.has(name)) return `__${name}__`;
  return name.replace(/__|[-./]/g, (part) => ESCAPES[part] ?? part);
}

const UNESCAPES: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

/** Returns the name that an identifier stands for; undefined if it holds an escape that there is not (k8s.io/apiserver/pkg/cel, Unescape). */
export function unescapedName(identifier: string): string | undefined {
  let isGood = true;
  const name = identifier.replace(/__.*?__/g, (whole) => {
    const content = whole.slice(2, -2);
    const character = UNESCAPES[content];
    if (character !== undefined) return character;
    if (!RESERVED.has(content) || whole !== identifier) isGood = false;
    return content;
  });
  return isGood ? name : undefined;
}
