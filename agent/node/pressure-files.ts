import type { Pressure, PressureLevel, Pressures } from '../contract/pressure.ts';

const NONE: PressureLevel = { avg10: 0, avg60: 0, avg300: 0, totalMicroseconds: 0 };

/** Reads a text such as `some avg10=0.00 avg60=0.00 avg300=0.00 total=0` and a line `full …` (accounting/psi in the kernel's documentation). */
export function pressureIn(text: string): Pressure | undefined {
  const levelOf = (name: string): PressureLevel | undefined => {
    const line = new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1];
    if (line === undefined) return undefined;
    const figure = (key: string) => Number(new RegExp(`\\b${key}=([\\d.]+)`).exec(line)?.[1] ?? 0);
    return { avg10: figure('avg10'), avg60: figure('avg60'), avg300: figure('avg300'), totalMicroseconds: figure('total') };
  };
  const some = levelOf('some');
  return some && { some, full: levelOf('full') ?? NONE };
}

/** Reads the pressure on each resource. @param read resolves with an empty text if there is no such file */
export async function readPressures(read: (resource: keyof Pressures) => Promise<string>): Promise<Pressures> {
  const [cpu, memory, io] = await Promise.all([read('cpu'), read('memory'), read('io')]);
  return { cpu: pressureIn(cpu), memory: pressureIn(memory), io: pressureIn(io) };
}
