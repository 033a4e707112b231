import type { Outcome, Program, Variables } from './program.ts';

/**
 * Thrown by a function whose answer is not there yet. The function remembers the answer: `evaluateInTurns` begins anew once it has come,
 * which is simple and costs little, because expressions have no effects.
 */
export class Suspended extends Error {
  readonly answered: Promise<unknown>;
  constructor(answered: Promise<unknown>) {
    super('an expression waits for an answer');
    this.answered = answered;
  }
}

/** Evaluates an expression whose functions may have to wait for their answers. Rejects if an answer does. */
export const evaluateAsync = (program: Program, variables: Variables, limit?: number): Promise<Outcome> => program.evaluateInTurns(variables, limit);
