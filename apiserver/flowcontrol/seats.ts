import type { PriorityLevelConfigurationSpec } from '../../api/kinds/flowcontrol/priority-level-configuration/schema.ts';

/** The seats of a priority level: each request that is served occupies one or more of them. */
export interface SeatLimits {
  /** Its share of the server's seats. */
  readonly nominal: number;
  /** The seats that it keeps, however many are borrowed from it. */
  readonly lower: number;
  /** The most it can have, borrowed ones included. */
  readonly upper: number;
}

/** Divides the server's seats by the shares of the levels (KEP-1040, "nominal concurrency limit"). */
export function seatLimits(specs: ReadonlyMap<string, PriorityLevelConfigurationSpec>, serverSeats: number): ReadonlyMap<string, SeatLimits> {
  const sharesOf = ({ limited, exempt }: PriorityLevelConfigurationSpec) => (limited ?? exempt)?.nominalConcurrencyShares ?? 0;
  let total = 0;
  for (const spec of specs.values()) total += sharesOf(spec);
  const limits = new Map<string, SeatLimits>();
  for (const [name, spec] of specs) {
    const nominal = total === 0 ? 0 : Math.ceil((serverSeats * sharesOf(spec)) / total);
    const lendable = Math.round((nominal * ((spec.limited ?? spec.exempt)?.lendablePercent ?? 0)) / 100);
    const borrowing = spec.limited?.borrowingLimitPercent;
    const upper = borrowing === undefined ? nominal + serverSeats : nominal + Math.round((nominal * borrowing) / 100);
    limits.set(name, { nominal, lower: nominal - lendable, upper });
  }
  return limits;
}
