/**
 * The interface of Standard Schema, version 1 (standardschema.dev), that Zod, Valibot, ArkType and
 * others have in common; as far as it is used here.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Validators of the arguments, as an array, of some types of jobs. */
export type JobSchemas<Jobs> = {
  readonly [Type in keyof Jobs]?: StandardSchema<unknown, Jobs[Type]>;
};

/** A job's arguments are not what its schema says. */
export class InvalidArguments extends Error {
  override readonly name = "InvalidArguments";
  readonly issues: readonly SchemaIssue[];

  constructor(type: string, issues: readonly SchemaIssue[]) {
    super(`arguments of ${type}: ${issues.map(describe).join("; ")}`);
    this.issues = issues;
  }
}

/** What came of a job is not what a schema says. */
export class InvalidResult extends Error {
  override readonly name = "InvalidResult";
  readonly issues: readonly SchemaIssue[];

  constructor(jid: string, issues: readonly SchemaIssue[]) {
    super(`the result of job ${jid}: ${issues.map(describe).join("; ")}`);
    this.issues = issues;
  }
}

/** @returns the validator's output. @throws InvalidArguments */
export async function validate<Output>(
  schema: StandardSchema<unknown, Output>,
  type: string,
  args: unknown,
): Promise<Output> {
  const result = await schema["~standard"].validate(args);
  if (result.issues !== undefined) throw new InvalidArguments(type, result.issues);
  return result.value;
}

/** The same of what came of a job. @throws InvalidResult */
export async function validateResult<Output>(
  schema: StandardSchema<unknown, Output>,
  jid: string,
  value: unknown,
): Promise<Output> {
  const result = await schema["~standard"].validate(value);
  if (result.issues !== undefined) throw new InvalidResult(jid, result.issues);
  return result.value;
}

function describe({ message, path = [] }: SchemaIssue): string {
  const keys = path.map((part) => String(typeof part === "object" ? part.key : part));
  return keys.length === 0 ? message : `${keys.join(".")}: ${message}`;
}
