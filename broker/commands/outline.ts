import { readOutline } from "../../protocol/job-outline.ts";

/** How the text of a stored job is looked at; for ArgumentParser, since it may be long. */
export const OUTLINE = { verb: "(a stored job)", parse: readOutline };
