import type { Clock } from '../../../apimachinery/clock.js';
import type { Informer, InformerHandler } from '../../../client/informer.js';
import type { KubeObject } from '../../../client/client.js';

/** Milliseconds that the scheduler waits for volumes (Go: VolumeBindingArgs.BindTimeoutSeconds). */
const TIMEOUT = 600_000;

/**
 * Waits until a check is true, looking again whenever one of the objects that the
 * informers follow changes. Rejects with what the check throws, or after ten minutes.
 */
export function untilTrue(clock: Clock, informers: readonly Informer[], check: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    const end = (): void => {
      for (const stop of stops) stop();
    };
    const look = (): void => {
      try {
        if (!check()) return;
        end();
        resolve();
      } catch (error) {
        end();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const handler: InformerHandler<KubeObject> = { updated: look, deleted: look };
    for (const informer of informers) stops.push(informer.addHandler(handler));
    stops.push(
      clock.after(TIMEOUT, () => {
        end();
        reject(new Error('context deadline exceeded'));
      }),
    );
    look();
  });
}
