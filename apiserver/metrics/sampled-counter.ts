import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';

/** The value of a counter under one set of labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** The labels as they stand in the exposition format. */
  readonly text: string;
  readonly value: number;
}

const SAMPLES_PER_PART = 200;

/** A counter whose values are kept elsewhere, in thousands of series: it reads them when it is scraped. */
export class SampledCounter extends Counter<string> {
  readonly #name: string;
  readonly #help: string;
  readonly #samples: () => Iterable<Sample>;

  constructor(options: {
    name: string;
    help: string;
    labelNames: readonly string[];
    registry: Registry;
    samples: () => Iterable<Sample>;
  }) {
    super({ name: options.name, help: options.help, labelNames: [...options.labelNames], registers: [options.registry] });
    this.#name = options.name;
    this.#help = options.help;
    this.#samples = options.samples;
  }

  /** Writes the metric in the exposition format, part by part: prom-client hashes each sample's labels and writes all in one turn of the loop. */
  *exposition(): Generator<string> {
    let out = `# HELP ${this.#name} ${this.#help}\n# TYPE ${this.#name} counter`;
    let count = 0;
    for (const { text, value } of this.#samples()) {
      out += `\n${this.#name}{${text}} ${value}`;
      if (++count % SAMPLES_PER_PART > 0) continue;
      yield out;
      out = '';
    }
    yield out;
  }

  /** Returns the values in prom-client's form: its registry calls this. */
  async getForPromString() {
    return { name: this.#name, help: this.#help, type: 'counter', values: [...this.#samples()], aggregator: 'sum' };
  }
}
