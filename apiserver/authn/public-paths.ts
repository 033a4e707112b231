/** The paths that upstream's role system:public-info-viewer shows to everyone, authenticated or not. */
export const PUBLIC_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/healthz', '/version', '/version/']);
