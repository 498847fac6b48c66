import { semanticEqual } from '../apimachinery/semantic-equal.js';
import type { KubeObject } from '../registry/object.js';
import { Reinvocation, type Attributes } from './admission.js';

/** What one request's rounds of mutation remember of what reaches out of the server (Go: webhookReinvokeContext, policyReinvokeContext). */
export class Rounds {
  /** The object as the last round left it. */
  private output: KubeObject | undefined;
  /** Those that would like to know of later changes, by key. */
  private readonly invoked = new Set<string>();
  /** Those that are to be asked again. */
  private readonly again = new Set<string>();

  private constructor(private readonly reinvocation: Reinvocation) {}

  /** The rounds of a plug-in, at the beginning of each. */
  static begin(plugin: string, { reinvocation = new Reinvocation(), object }: Attributes): Rounds {
    const rounds = reinvocation.state(plugin, () => new Rounds(reinvocation));
    // Built-in plug-ins changed it since.
    if (rounds.isSecond && !semanticEqual(rounds.output, object)) rounds.requireAgain();
    return rounds;
  }

  get isSecond(): boolean {
    return this.reinvocation.isReinvoke;
  }

  /** Nobody is asked for the first time in the second round. */
  skips(key: string): boolean {
    return this.isSecond && !this.again.has(key);
  }

  /** One of them has changed the object. */
  changed(): void {
    this.requireAgain();
    this.reinvocation.shouldReinvoke = true;
  }

  /** One of them wants to know of later changes. */
  watches(key: string): void {
    this.invoked.add(key);
  }

  end({ object }: Attributes): void {
    this.output = structuredClone(object);
  }

  private requireAgain(): void {
    for (const key of this.invoked) this.again.add(key);
    this.invoked.clear();
  }
}
