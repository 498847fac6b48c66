/**
 * Why a plugin turns a pod away. `Unschedulable`: taking other pods away might
 * help; `UnschedulableAndUnresolvable`: it won't (Go: framework.Code).
 */
export class Rejection {
  private constructor(
    readonly code: 'Unschedulable' | 'UnschedulableAndUnresolvable',
    readonly plugin: string,
    /** As users read them, counted by node. */
    readonly reasons: readonly string[],
  ) {}

  static unschedulable(plugin: string, ...reasons: string[]): Rejection {
    return new Rejection('Unschedulable', plugin, reasons);
  }

  static unresolvable(plugin: string, ...reasons: string[]): Rejection {
    return new Rejection('UnschedulableAndUnresolvable', plugin, reasons);
  }

  /** Go: Status.Message. */
  get message(): string {
    return this.reasons.join(', ');
  }
}
