const NAMED =
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ';

const realTime = (edge: string, sign: string, last: number): string[] => [edge, ...Array.from({ length: last }, (_, i) => `${edge}${sign}${i + 1}`)];

/** The names of the signals that a container may be stopped with, sorted. */
export const SIGNALS: readonly string[] = [...NAMED.split(' '), ...realTime('RTMIN', '+', 15), ...realTime('RTMAX', '-', 14)]
  .map((name) => `SIG${name}`)
  .sort();
