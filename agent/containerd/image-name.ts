/** An image name taken apart as the reference grammar of container registries has it. */
export interface ImageName {
  /** `docker.io`, `registry.example.com:5000`, `localhost`. */
  readonly domain: string;
  /** `library/nginx`. */
  readonly path: string;
  readonly tag?: string;
  /** `sha256:…`. */
  readonly digest?: string;
}

/**
 * Reads a name as users write it: without a domain it is Docker Hub's, there without a user it is an official one (`library/`),
 * without tag and digest it means `latest`. A first part is a domain when it holds a dot or a colon, or is `localhost`.
 */
export function parseImageName(text: string): ImageName {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  const repository = hasTag ? named.slice(0, colon) : named;
  const slash = repository.indexOf('/');
  const first = slash < 0 ? '' : repository.slice(0, slash);
  const hasDomain = first !== '' && (/[.:]/.test(first) || first === 'localhost');
  const domain = !hasDomain || first === 'index.docker.io' ? 'docker.io' : first;
  const rest = hasDomain ? repository.slice(slash + 1) : repository;
  return {
    domain,
    path: domain === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest,
    tag: tag ?? (digest ? undefined : 'latest'),
    digest,
  };
}

/** The full form under which containerd and CRI keep an image: `nginx` is `docker.io/library/nginx:latest`. */
export function fullImageName(text: string): string {
  const { domain, path, tag, digest } = parseImageName(text);
  return `${domain}/${path}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
