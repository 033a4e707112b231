/** Throws if this Node is older than skiff needs. The entry points of the published package import it before all else, on any Node. */
const NEEDED = 24;

const [major = '0'] = process.versions.node.split('.');
if (Number(major) < NEEDED) {
  throw new Error(
    `skiff needs Node ${NEEDED} or newer, and this is Node ${process.versions.node} (${process.execPath}): install a newer one (https://nodejs.org), or put it first in PATH`,
  );
}

export {};
