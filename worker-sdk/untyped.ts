/**
 * What runs jobs, and what stores chains, knows nothing of their types: that handlers, schemas and jobs are of
 * one map is seen to where they are handed in.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the place says what is wanted
export function untyped<Wanted>(typed: unknown): Wanted {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as said above
  return typed as Wanted;
}
