import type { Session } from "./session.ts";

/** How much of an argument is shown: enough to know it again, too little to fill a terminal. */
const MAX_ARGUMENT_CHARACTERS = 100;

/** Tells everyone who watches of each command that this broker gets, as it gets it. */
export class CommandFeed {
  readonly #watchers = new Set<Session>();

  /** Who watches already goes on to see each command once. */
  watch(watcher: Session): void {
    if (this.#watchers.has(watcher)) return;
    this.#watchers.add(watcher);
    watcher.gone.addEventListener("abort", () => this.#watchers.delete(watcher), { once: true });
  }

  tell(session: Session, verb: string, argument: Buffer | undefined, now: number): void {
    if (this.#watchers.size === 0) return;
    const time = new Date(now).toISOString();
    const who = session.wid === "" ? `#${session.id}` : `#${session.id} ${session.wid}`;
    const line = `${time} ${who} ${verb} ${show(verb, argument)}`.trimEnd();
    for (const watcher of this.#watchers) watcher.tell({ kind: "simple", text: line });
  }
}

function show(verb: string, argument: Buffer | undefined): string {
  if (argument === undefined) return "";
  // It may hold what a password was made into.
  if (verb === "HELLO") return "{…}";
  const text = argument.toString("utf8", 0, 4 * MAX_ARGUMENT_CHARACTERS);
  if (text.length <= MAX_ARGUMENT_CHARACTERS) return text;
  return `${text.slice(0, MAX_ARGUMENT_CHARACTERS)}…`;
}
