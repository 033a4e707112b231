import type { Result } from '../contract/call.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';

/** Puts stages together, the first one outermost. Costs nothing per request but the calls. */
export const chainOf = (stages: readonly Stage[]): Next =>
  stages.reduceRight<Next>((next, stage) => (exchange) => stage.handle(exchange, next), unanswered);

const unanswered = ({ request }: Exchange): Promise<Result> => {
  throw new Error(`no stage answers ${request.method} ${request.path}`);
};
