import { MAX_STRICT_FAULTS } from '../../api/schema/decode-report.ts';
import { endOfString } from '../../base/json/string-end.ts';
import type { Steps } from '../../base/steps.ts';

const QUOTE = 34;
const COLON = 58;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

interface Frame {
  readonly isObject: boolean;
  readonly parent: Frame | undefined;
  /** The path of the object or list itself, once it was asked for. */
  prefix: string | undefined;
  /** The keys so far, from the second one on: most objects of a long body have one or none. */
  keys: Set<string> | undefined;
  /** The key, or the index, that is being read. Undefined before the first key. */
  key: string | undefined;
  index: number;
}

/** Characters that are looked at in one step. */
const STEP_LENGTH = 32 * 1024;

export interface KeyFault {
  readonly path: string;
  /** Whether the key stands twice in its object; otherwise it is one of the unknown fields. */
  readonly isDuplicate: boolean;
}

/**
 * Finds the paths of keys that stand twice in one object, such as `spec.replicas`, which JSON.parse does not tell, and the places of the unknown
 * fields among them, as many in all as are told of. One pass over the text, which must be valid JSON.
 */
export function* keyFaults(text: string, unknownFields: ReadonlySet<string>): Steps<KeyFault[]> {
  const duplicates = new Set<string>();
  const unknown = new Set(unknownFields);
  const found: KeyFault[] = [];
  const stack: Frame[] = [];
  let top: Frame | undefined;
  let expectKey = false;
  let pause = STEP_LENGTH;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE: {
        const end = endOfString(text, i + 1);
        if (expectKey && top?.isObject) {
          expectKey = false;
          const isDuplicate = isKnown(top, text.slice(i + 1, end));
          if (isDuplicate || unknown.size > 0) {
            const path = pathIn(top);
            if (unknown.delete(path)) found.push({ path, isDuplicate: false });
            else if (isDuplicate && duplicates.size < duplicates.add(path).size) found.push({ path, isDuplicate });
            if (found.length === MAX_STRICT_FAULTS) return found;
          }
        }
        i = end;
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET: {
        const isObject = text.charCodeAt(i) === OPEN_BRACE;
        top = { isObject, parent: top, prefix: undefined, keys: undefined, key: undefined, index: 0 };
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
    if (i < pause) continue;
    pause = i + STEP_LENGTH;
    yield;
  }
  // Keys with escapes stand otherwise in the text.
  for (const path of unknown) found.push({ path, isDuplicate: false });
  return found.slice(0, MAX_STRICT_FAULTS);
}

/** Enters a key into its object; returns true if it has stood there before. */
function isKnown(frame: Frame, key: string): boolean {
  const before = frame.key;
  frame.key = key;
  if (before === undefined) return false;
  frame.keys ??= new Set([before]);
  const { size } = frame.keys;
  return frame.keys.add(key).size === size;
}

/** Returns the path of the frame's current key or item. What leads to the frame is put together once: bodies are deep, and have many keys. */
function pathIn(frame: Frame): string {
  frame.prefix ??= frame.parent ? pathIn(frame.parent) : '';
  const { prefix, key } = frame;
  if (!frame.isObject) return `${prefix}[${frame.index}]`;
  return prefix === '' ? `${key}` : `${prefix}.${key}`;
}
