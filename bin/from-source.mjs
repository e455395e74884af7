// `node --import ./bin/from-source.mjs` runs TypeScript from source as `node --import tsx` does, and
// in worker threads as well, where tsx does not start by itself.
import { register } from "tsx/esm/api";

register();
