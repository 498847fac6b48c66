type Step = () => Promise<void>;

/** What admission wrote for a request, to be taken back if the request's own write doesn't come about. */
export class Undo {
  private steps: Step[] | undefined;

  readonly add = (step: Step): void => {
    (this.steps ??= []).push(step);
  };

  /** Before another attempt: what the last one arranged is void. */
  async now(): Promise<void> {
    const { steps } = this;
    this.steps = undefined;
    if (steps !== undefined) for (const step of steps) await step();
  }

  /** Undoes if the write fails. */
  async unless<T>(write: Promise<T>): Promise<T> {
    try {
      return await write;
    } catch (error) {
      await this.now();
      throw error;
    }
  }
}
