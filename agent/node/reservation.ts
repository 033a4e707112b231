import { milliValueOfQuantity, quantityProblem, valueOfQuantity } from '../../api/schema/quantity.ts';

const RESERVABLE = ['cpu', 'memory', 'ephemeral-storage', 'pid'] as const;
type Reservable = (typeof RESERVABLE)[number];

/** The amounts that pods do not get, since other programs of the machine need them: millicores, bytes, and processes and threads. */
export type Reservation = Readonly<Record<Reservable, number>>;

export const NO_RESERVATION: Reservation = { cpu: 0, memory: 0, 'ephemeral-storage': 0, pid: 0 };

export const sumOfReservations = (all: readonly Reservation[]): Reservation => {
  const sum = (name: Reservable) => all.reduce((total, each) => total + each[name], 0);
  return { cpu: sum('cpu'), memory: sum('memory'), 'ephemeral-storage': sum('ephemeral-storage'), pid: sum('pid') };
};

/** Reads kubelet's form, `cpu=200m,memory=500Mi,ephemeral-storage=1Gi,pid=1000`. @throws Error that tells what is wrong with it */
export function parseReservation(text: string): Reservation {
  const found = new Map<Reservable, number>();
  for (const pair of text.split(',').filter((each) => each.trim() !== '')) {
    const [, name = '', amount = ''] = /^\s*([^=]*?)\s*=(.*)$/.exec(pair) ?? [];
    if (!isReservable(name)) throw new Error(`${JSON.stringify(pair)} is not of the form RESOURCE=AMOUNT, with one of ${RESERVABLE.join(', ')}`);
    if (found.has(name)) throw new Error(`${name} is given twice`);
    found.set(name, amountOf(name, amount.trim()));
  }
  return { ...NO_RESERVATION, ...Object.fromEntries(found) };
}

const isReservable = (name: string): name is Reservable => (RESERVABLE as readonly string[]).includes(name);

function amountOf(name: Reservable, text: string): number {
  const problem = text.startsWith('-') ? 'must not be negative' : quantityProblem(text);
  if (problem !== undefined) throw new Error(`${name}=${text}: ${problem}`);
  return name === 'cpu' ? milliValueOfQuantity(text) : valueOfQuantity(text);
}
