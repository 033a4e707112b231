/**
 * Replaces `$(NAME)` by `lookUp(NAME)`; a reference to what is not defined stays as it is, and `$$` is one `$`
 * (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/).
 */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  let result = '';
  let index = 0;
  while (index < text.length) {
    const dollar = text.indexOf('$', index);
    if (dollar < 0 || dollar === text.length - 1) break;
    result += text.slice(index, dollar);
    const next = text[dollar + 1];
    const close = next === '(' ? text.indexOf(')', dollar + 2) : -1;
    if (close >= 0) {
      const name = text.slice(dollar + 2, close);
      result += lookUp(name) ?? `$(${name})`;
      index = close + 1;
    } else {
      // `$$` is an escaped `$`; anything else, an unclosed reference included, is kept.
      result += next === '$' ? '$' : `$${next}`;
      index = dollar + 2;
    }
  }
  return result + text.slice(index);
}
