import { CommandError, echo } from "../errors.ts";
import { JsonError, scanJson } from "../json.ts";
import { type Members, readMembers, type Shape } from "../members.ts";

/**
 * Reads the JSON object that is the argument of ACK, FAIL or BEAT.
 * @throws CommandError `invalid <VERB> <argument>`, as FWP has it
 */
export function readObject<S extends Shape>(verb: string, argument: Buffer, shape: S): Members<S> {
  try {
    const json = scanJson(argument);
    if (json.kind === "object" || json.kind === "null") {
      return readMembers(json, shape, verb);
    }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CommandError(`invalid ${verb} ${echo(argument)}`, { cause: error });
  }
  throw new CommandError(`invalid ${verb} ${echo(argument)}`);
}
