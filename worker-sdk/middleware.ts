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

  /** Runs the step inside of all middleware; `next` rejects when it is called a second time. */
  run(subject: Subject, step: () => Promise<void>): Promise<void> {
    const runFrom = (index: number): Promise<void> => {
      const middleware = this.#chain[index];
      if (middleware === undefined) return step();
      let isCalled = false;
      return middleware(subject, async () => {
        if (isCalled) throw new Error("a middleware called next twice");
        isCalled = true;
        await runFrom(index + 1);
      });
    };
    return runFrom(0);
  }
}
