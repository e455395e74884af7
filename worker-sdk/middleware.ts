/** Wraps a step: does what it likes, and calls `next` for the step itself. */
export type Middleware<Subject> = (subject: Subject, next: () => Promise<void>) => Promise<void>;

/** Middleware in the order in which it was added: the first is the outermost. */
export class MiddlewareChain<Subject> {
  readonly #chain: Middleware<Subject>[] = [];

  get isEmpty(): boolean {
    return this.#chain.length === 0;
  }

  add(middleware: Middleware<Subject>): void {
    this.#chain.push(middleware);
  }

  /** Runs the step inside of all middleware. */
  run(subject: Subject, step: () => Promise<void>): Promise<void> {
    const runFrom = (index: number): Promise<void> => {
      const middleware = this.#chain[index];
      return middleware === undefined ? step() : middleware(subject, () => runFrom(index + 1));
    };
    return runFrom(0);
  }
}
