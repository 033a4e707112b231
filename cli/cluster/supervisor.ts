import { readFileSync } from 'node:fs';
import * as z from 'zod';

/**
 * Runs a program again whenever it ends: at once, then after 1, 2, 4 … 30 seconds; from the beginning once it has run for a minute.
 * SIGTERM ends the program, then the supervisor. A shell takes 1 MB of memory where a Node process would take 40, and has nothing to break.
 *
 * Arguments: the file for the program's identity (JSON, as process.ts reads it), the file for the state (`Supervision`), the program.
 * A full disk keeps it from writing these, not from its work.
 */
export const SUPERVISOR = `
record=$1 state=$2; shift 2
restarts=0 delay=0 child= sleeper= stopping=
stop() {
  stopping=1
  for each in $child $sleeper; do kill -TERM "$each" 2>/dev/null || :; done
}
trap stop TERM INT
trap '' HUP
note() { { printf '%s' "$2" >"$1.new" && mv "$1.new" "$1"; } 2>/dev/null || :; }
started() {
  read -r line <"/proc/$1/stat" || return 0
  set -- \${line##*)}
  shift 19
  echo "$1"
}
while [ -z "$stopping" ]; do
  began=$(date +%s)
  "$@" &
  child=$!
  note "$record" "{\\"pid\\":$child,\\"startTicks\\":\\"$(started "$child" 2>/dev/null)\\"}"
  [ -z "$stopping" ] || kill -TERM "$child" 2>/dev/null
  wait "$child"; status=$?
  while kill -0 "$child" 2>/dev/null; do wait "$child"; status=$?; done
  child=
  [ -z "$stopping" ] || break
  ended=$(date +%s)
  [ $((ended - began)) -lt 60 ] || delay=0
  restarts=$((restarts + 1))
  note "$state" "{\\"restarts\\":$restarts,\\"status\\":$status,\\"endedAt\\":$ended,\\"nextAt\\":$((ended + delay))}"
  if [ "$delay" -eq 0 ]; then delay=1; continue; fi
  sleep "$delay" &
  sleeper=$!
  wait "$sleeper"
  sleeper=
  delay=$((delay * 2))
  [ "$delay" -le 30 ] || delay=30
done
`;

/** The last end of a supervised program. Times are in seconds since the epoch. */
const Supervision = z.object({ restarts: z.number(), status: z.number(), endedAt: z.number(), nextAt: z.number() });
export type Supervision = z.output<typeof Supervision>;

/** Reads a supervisor's state; undefined if its program has not ended yet. */
export function readSupervision(file: string): Supervision | undefined {
  try {
    return Supervision.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

const SIGNALS: Readonly<Record<number, string>> = { 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' };

/** Describes a status of the shell: `exit code 1`, `killed by SIGKILL`. */
export function exitText(status: number): string {
  if (status <= 128) return `exit code ${status}`;
  return `killed by ${SIGNALS[status - 128] ?? `signal ${status - 128}`}`;
}
