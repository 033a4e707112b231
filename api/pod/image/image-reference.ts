const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';

// https://github.com/distribution/reference gives the grammar; a name is at most 255 characters.
const reference = new RegExp(`^((?:${DOMAIN}/)?${PATH_PART}(?:/${PATH_PART})*)(?::([\\w][\\w.-]{0,127}))?(@${DIGEST})?$`);
const identifier = /^[a-f0-9]{64}$/;

/** Parts that cannot be read in any name of an image are not looked at: 255 characters, a tag, a digest of the longest algorithm in use and more. */
const MAX_LENGTH = 2048;

function matchOf(image: string): RegExpExecArray | undefined {
  const match = image.length > MAX_LENGTH ? null : reference.exec(image);
  const name = match?.[1];
  return !match || name === undefined || name.length > 255 || identifier.test(name) ? undefined : match;
}

/** Returns whether a text can name an image. */
export const isImageReference = (text: string): boolean => matchOf(text) !== undefined;

/** Returns the tag of an image: `latest` if it names neither tag nor digest, empty if it has a digest only or is not an image reference. */
export function imageTag(image: string): string {
  const match = matchOf(image);
  if (!match) return '';
  return match[2] ?? (match[3] === undefined ? 'latest' : '');
}

/** Returns the name of an image without its tag and digest, as it is written. Returns undefined if the text is not an image reference. */
export const imageRepository = (image: string): string | undefined => matchOf(image)?.[1];

/** Returns `Always` for the tag `latest`, otherwise `IfNotPresent`. */
export const pullPolicyOf = (image: string | undefined): 'Always' | 'IfNotPresent' =>
  image && imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent';
