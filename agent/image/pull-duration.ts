/** Prints a duration as Go does, rounded to milliseconds: `831ms`, `1.204s`, `2m3.5s`. */
export function durationOf(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Number(((ms % 60_000) / 1000).toFixed(3));
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
