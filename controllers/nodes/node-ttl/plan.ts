/** The time for which a node may keep secrets and config maps it has read, by the number of nodes. The bands overlap, so that it does not flap. */
const BANDS: readonly { readonly from: number; readonly to: number; readonly seconds: number }[] = [
  { from: 0, to: 100, seconds: 0 },
  { from: 90, to: 500, seconds: 15 },
  { from: 450, to: 1000, seconds: 30 },
  { from: 900, to: 2000, seconds: 60 },
  { from: 1800, to: Number.POSITIVE_INFINITY, seconds: 300 },
];

/** Returns the band for this number of nodes, coming from band `current` (pkg/controller/ttl/ttl_controller.go). */
export function nextBand(current: number, nodes: number): number {
  let band = current;
  while (band < BANDS.length - 1 && nodes > (BANDS[band]?.to ?? 0)) band++;
  while (band > 0 && nodes < (BANDS[band]?.from ?? 0)) band--;
  return band;
}

export const secondsOf = (band: number): number => BANDS[band]?.seconds ?? 0;
