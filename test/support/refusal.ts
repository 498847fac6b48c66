import { StatusError, type Status } from '../../src/apimachinery/status.js';

/** The Status with which work is refused; throws what it fails with otherwise, or if it doesn't. */
export async function refusal(work: Promise<unknown>): Promise<Status> {
  const error: unknown = await work.then(
    () => new Error('was not refused'),
    (caught: unknown) => caught,
  );
  if (!(error instanceof StatusError)) throw error;
  return error.status;
}
