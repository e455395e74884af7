/**
 * A fault of Faktory 1.10.0 that shows on the wire. What it does fails there, and passes where the
 * fault is not; against.ts shows that it can tell the two apart.
 */
export interface Defect {
  /** Its number in our notes on Faktory. */
  number: number;
  /** What is right instead. */
  title: string;
  /** The server has to have this one. */
  password?: string;
  /** Rejects when the server at that port, of this machine, has the fault. It is the server's only client. */
  run: (port: number) => Promise<void>;
}

export function nameOf({ number, title }: Defect): string {
  return `DEFECT-${String(number)}: ${title}`;
}

/** What comes within a time, or "(nothing)": a server may simply not answer. */
export async function within(ms: number, reply: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const nothing = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, ms, "(nothing)");
  });
  try {
    return await Promise.race([reply, nothing]);
  } finally {
    clearTimeout(timer);
  }
}
