import { decodeYaml } from './decode.ts';
import { YamlError } from './scalar.ts';

/** The thread's answer to a text. JSON crosses over far quicker than a value does. */
type DecodeReply = { readonly json: string; readonly doubled: readonly string[] } | { readonly fault: string };

export const decodeWork = {
  decode(source: string): DecodeReply {
    try {
      const { value, doubled } = decodeYaml(source);
      return { json: JSON.stringify(value), doubled: doubled() };
    } catch (error) {
      if (error instanceof YamlError) return { fault: error.message };
      throw error;
    }
  },
};
