/**
 * Emits to the program's listeners. What one throws is an uncaught exception of the program's, as ever,
 * and does not end what is under way here.
 */
export function tellListeners(emit: () => void): void {
  try {
    emit();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
