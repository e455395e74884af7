import { type Kind, textual } from "./kind.ts";

const PROTOCOLS = ["redis:", "rediss:", "unix:"];

/** Where a Redis is that somebody else runs; undefined is one of our own. */
export const redisUrl: Kind<string | undefined> = textual(
  (given) => {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (url !== undefined && PROTOCOLS.includes(url.protocol)) return given;
    // Not repeated: it may well have a password.
    throw new Error(
      "not the URL of a Redis, expected redis://[:password@]host:port[/db], rediss:// or unix:///path",
    );
  },
  (url) => (url === undefined ? "embedded" : url.replace(/:[^:@/]*@/, ":********@")),
);
