import { describe, expect, it } from '@jest/globals';
import { decodeYaml } from './decode.ts';
import { decodeYamlAside } from './decode-thread.ts';
import { YamlError } from './scalar.ts';

describe('decodeYamlAside', () => {
  it.each(['a: 1\nb: [x, {c: null}]\n', '', 'a: 1\na: 2\n', '__proto__: {a: 1}\nb: 1.5\n', '--- x\n---\ny: [\n'])(
    'reads %j as decodeYaml does',
    async (text) => {
      const [here, aside] = [decodeYaml(text), await decodeYamlAside(text)];
      expect(aside.value).toEqual(here.value);
      expect(aside.doubled()).toEqual(here.doubled());
    },
  );

  it('throws the same fault, and goes on with the texts behind it', async () => {
    const [bad, good] = await Promise.allSettled([decodeYamlAside('a: .inf\n'), decodeYamlAside('a: b')]);
    expect(bad).toEqual({ status: 'rejected', reason: new YamlError('unsupported value: Infinity') });
    expect(good).toMatchObject({ value: { value: { a: 'b' } } });
  });
});
