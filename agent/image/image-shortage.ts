const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Prints bytes with one decimal: `100.0 GiB`. */
function sizeText(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  for (; amount >= 1024 && unit < UNITS.length - 1; unit++) amount /= 1024;
  return `${amount.toFixed(1)} ${UNITS[unit]}`;
}

/** Says that unused images do not take enough of the disk, in the words of kubelet (pkg/kubelet/images/image_gc_manager.go). */
export const imageShortageText = (usedPercent: number, totalBytes: number, freedBytes: number): string =>
  `Insufficient free disk space on the node's image filesystem (${Math.floor(usedPercent)}% of ${sizeText(totalBytes)} used). ` +
  `Failed to free sufficient space by deleting unused images (freed ${freedBytes} bytes). ` +
  'Investigate disk usage, as it could be used by active images, logs, volumes, or other data.';
