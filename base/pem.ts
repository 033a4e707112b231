/** One block of a PEM text. */
export interface PemBlock {
  /** `CERTIFICATE REQUEST` */
  readonly type: string;
  /** Whether lines of the form `Name: value` stand before the data. */
  readonly hasHeaders: boolean;
  /** Base64, without white space. */
  readonly data: string;
}

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Reads the blocks of a PEM text in order; what is not one is skipped, as Go's encoding/pem does. Takes time in proportion to the text. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly type: string; headers: number; readonly lines: string[] } | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    if (line.startsWith(BEGIN) && line.endsWith(DASHES) && line.length > BEGIN.length + DASHES.length) {
      open = { type: line.slice(BEGIN.length, -DASHES.length), headers: 0, lines: [] };
    } else if (open && line.startsWith(END)) {
      const data = open.lines.join('');
      if (line === `${END}${open.type}${DASHES}` && data.length % 4 === 0 && BASE64.test(data))
        blocks.push({ type: open.type, hasHeaders: open.headers > 0, data });
      open = undefined;
    } else if (open && open.lines.length === 0 && line.includes(':')) open.headers++;
    else if (open && line !== '') open.lines.push(line.replace(/\s/g, ''));
  }
  return blocks;
}
