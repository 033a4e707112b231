const QUOTE = 34;
const COLON = 58;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const BACKSLASH = 92;

interface Frame {
  readonly isObject: boolean;
  readonly keys: Set<string> | undefined;
  /** The key, or the index, that is being read. */
  key: string;
  index: number;
}

/**
 * Finds the paths of keys that stand twice in one object: `spec.replicas`. JSON.parse keeps the last and says nothing.
 * One pass over the text, which must be valid JSON.
 */
export function duplicateKeys(text: string): string[] {
  const found = new Set<string>();
  const stack: Frame[] = [];
  let top: Frame | undefined;
  let expectKey = false;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE: {
        const end = endOfString(text, i + 1);
        if (expectKey && top?.keys) {
          expectKey = false;
          top.key = text.slice(i + 1, end);
          if (top.keys.has(top.key)) found.add(pathOf(stack));
          else top.keys.add(top.key);
        }
        i = end;
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET: {
        const isObject = text.charCodeAt(i) === OPEN_BRACE;
        top = { isObject, keys: isObject ? new Set() : undefined, key: '', index: 0 };
        stack.push(top);
        expectKey = isObject;
        break;
      }
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        stack.pop();
        top = stack.at(-1);
        expectKey = false;
        break;
      case COMMA:
        if (top?.isObject) expectKey = true;
        else if (top) top.index++;
        break;
      case COLON:
        expectKey = false;
    }
  }
  return [...found];
}

/** The index of the quote that ends the string. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

function pathOf(stack: readonly Frame[]): string {
  let path = '';
  for (const frame of stack) path += frame.isObject ? (path === '' ? frame.key : `.${frame.key}`) : `[${frame.index}]`;
  return path;
}
