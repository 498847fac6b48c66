/** Waits for a write to a pod that may be gone by now, or be another one of the same name. */
export async function ignoringLoss(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    const code = (error as { status?: { code?: number } }).status?.code;
    if (code !== 404 && code !== 409) throw error;
  }
}
