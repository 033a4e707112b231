import type { Outcome, Program, Variables } from './program.ts';

/**
 * Thrown by a function whose answer is not there yet. The function remembers the answer: the evaluation begins anew once it has come, which
 * is simple and costs little, because expressions have no effects.
 */
export class Suspended extends Error {
  readonly answered: Promise<unknown>;
  constructor(answered: Promise<unknown>) {
    super('an expression waits for an answer');
    this.answered = answered;
  }
}

/** Evaluates an expression whose functions may have to wait for their answers. Rejects if an answer does. */
export async function evaluateAsync(program: Program, variables: Variables, limit?: number): Promise<Outcome> {
  for (;;) {
    try {
      return program.evaluate(variables, limit);
    } catch (error) {
      if (!(error instanceof Suspended)) throw error;
      await error.answered;
    }
  }
}
