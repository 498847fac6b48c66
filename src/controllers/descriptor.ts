import type { ComponentContext } from '../client/component-context.js';

/** One controller of kube-controller-manager, under its upstream name. */
export interface ControllerDescriptor {
  /** Go: cmd/kube-controller-manager/names; such as `deployment-controller`. */
  readonly name: string;
  /** The name that `--controllers` took before v1.28, such as `deployment`. */
  readonly alias?: string | undefined;
  /** Its service account in kube-system, where it isn't called as the controller. */
  readonly serviceAccount?: string | undefined;
  /** Whom it acts as, where that is no service account. */
  readonly user?: string | undefined;
  /** Runs only if it is named. */
  readonly isDisabledByDefault?: boolean | undefined;
  /**
   * Adds handlers, indices and queues. The informers that it asks for are filled
   * after all controllers have started; their handlers are told of what is there.
   * What must end is arranged through the context.
   */
  readonly start: (context: ComponentContext) => void | Promise<void>;
}

/** Whether a controller runs (Go: controller-manager/app.IsControllerEnabled). Without a list all but those off by default run. */
export function isEnabled(
  { name, alias, isDisabledByDefault = false }: Pick<ControllerDescriptor, 'name' | 'alias' | 'isDisabledByDefault'>,
  list: readonly string[] = ['*'],
): boolean {
  for (const entry of list) {
    if (entry === name || entry === alias) return true;
    if (entry === `-${name}` || (alias !== undefined && entry === `-${alias}`)) return false;
  }
  return list.includes('*') && !isDisabledByDefault;
}
