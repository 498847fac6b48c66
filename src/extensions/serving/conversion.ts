import type { JsonObject } from '../../schema/type.js';

/** Brings objects of a definition into another of its versions. */
export interface ObjectConverter {
  /** At once, if no webhook has to be asked; undefined otherwise. Gives a new object. */
  readonly now?: ((object: JsonObject, apiVersion: string) => JsonObject) | undefined;
  /** In the order given. Rejects with a StatusError. */
  convert(objects: readonly JsonObject[], apiVersion: string): Promise<readonly JsonObject[]>;
}

function renamed(object: JsonObject, apiVersion: string): JsonObject {
  return { ...object, apiVersion };
}

/** Strategy None: only apiVersion changes. */
export const NO_CONVERSION: ObjectConverter = {
  now: renamed,
  convert: (objects, apiVersion) => Promise.resolve(objects.map((object) => renamed(object, apiVersion))),
};

/** Conversions that are kept for work that begins again. */
const KEPT = 200;

/**
 * Lets synchronous work use conversions that have to be waited for: what is not
 * there yet fails and is noted, then fetched, and the work begins again.
 */
export class ConversionsAhead {
  private readonly done = new Map<string, JsonObject>();
  private missing: { readonly key: string; readonly object: JsonObject; readonly apiVersion: string }[] = [];

  constructor(private readonly converter: ObjectConverter) {}

  /** For use inside of `run`. */
  convert(object: JsonObject, apiVersion: string): JsonObject {
    const now = this.converter.now?.(object, apiVersion);
    if (now !== undefined) return now;
    const key = `${apiVersion} ${JSON.stringify(object)}`;
    const known = this.done.get(key);
    if (known !== undefined) return structuredClone(known);
    this.missing.push({ key, object, apiVersion });
    throw new Error('the conversion is under way');
  }

  /** The result of `work`, which must be synchronous and leave no trace. Rejects with what it throws, or a conversion fails with. */
  async run<T>(work: () => T): Promise<T> {
    for (;;) {
      this.missing = [];
      let outcome: { readonly value: T } | { readonly error: unknown };
      try {
        outcome = { value: work() };
      } catch (error) {
        outcome = { error };
      }
      // The work may have taken the failure for something that it can live with.
      const { missing } = this;
      this.missing = [];
      if (missing.length === 0) {
        if ('error' in outcome) throw outcome.error;
        return outcome.value;
      }
      for (const { key, object, apiVersion } of missing) {
        const [converted] = await this.converter.convert([object], apiVersion);
        if (converted !== undefined) this.keep(key, converted);
      }
    }
  }

  private keep(key: string, object: JsonObject): void {
    const [oldest] = this.done.keys();
    if (this.done.size >= KEPT && oldest !== undefined) this.done.delete(oldest);
    this.done.set(key, object);
  }
}
