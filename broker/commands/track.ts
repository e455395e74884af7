import { family } from "./family.ts";
import { trackGet } from "./track-get.ts";
import { trackSet } from "./track-set.ts";

export const track = family("TRACK", "Notes and tells how far jobs have got.", [
  trackSet,
  trackGet,
]);
