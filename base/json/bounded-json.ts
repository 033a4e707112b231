/**
 * Returns the JSON of a value, as JSON.stringify does; of a longer one than `length` characters only the beginning, which is longer than that. The
 * work is in proportion to the text that is returned, but for a step of V8's per object that lists its keys.
 */
export function boundedJson(value: unknown, length: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return Array.isArray(value) ? boundedList(value, length) : boundedObject(value as Readonly<Record<string, unknown>>, length);
}

function boundedList(list: readonly unknown[], length: number): string {
  let text = '[';
  for (let i = 0; i < list.length && text.length <= length; i++) text += `${i === 0 ? '' : ','}${boundedJson(list[i], length - text.length)}`;
  return text.length > length ? text : `${text}]`;
}

function boundedObject(fields: Readonly<Record<string, unknown>>, length: number): string {
  let text = '{';
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    if (field === undefined) continue;
    text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${boundedJson(field, length - text.length)}`;
    if (text.length > length) return text;
  }
  return `${text}}`;
}
