import { currentStamp, findRecordedStamp } from "./build-stamp.mjs";
import { runCommand, SetupError } from "./run-command.mjs";

/** `dist`, which `npm start` runs and one of the tests tries. */
export const buildStep = {
  isNeeded: () => findRecordedStamp() !== currentStamp(),
  title: "building dist",
  run: () => {
    const complaint = runCommand([process.execPath, "bin/build.mjs"]);
    if (complaint === undefined) return;
    console.error(complaint);
    throw new SetupError("the build failed, see above.");
  },
};
