import type { Built } from "./program.ts";
import {
  canPython,
  goExample,
  goProgram,
  nodeProgram,
  pythonProgram,
  rustProgram,
} from "./toolchains.ts";

/** A published client library, and our program that uses it. */
export interface Library {
  /** What our command line and our output call it. */
  name: string;
  /** What its registry calls it, and the version that we have pinned. */
  title: string;
  /** What it can do beside pushing and working. */
  can: ReadonlySet<"push-bulk" | "info" | "requeue">;
  /** Whether its batches are a client's to begin and look at, or only a worker's; none where it has none. */
  batches?: "client" | "worker";
  /** The chain in docs/examples, where it is written with this library. */
  buildExample?(): Promise<Built>;
  /** Makes our program ready to run. Rejects with MissingToolchain when this machine cannot. */
  build(): Promise<Built>;
  /** Why it cannot speak TLS here. */
  findTlsObstacle?(): Promise<string | undefined>;
}

export const NODE: Library = {
  name: "node",
  title: "faktory-worker 4.7.1 (Node)",
  can: new Set(["push-bulk", "info", "requeue"]),
  build: nodeProgram,
};

export const LIBRARIES: readonly Library[] = [
  NODE,
  {
    name: "go-client",
    title: "github.com/contribsys/faktory/client v1.10.0 (Go)",
    can: new Set(["push-bulk", "info", "requeue"]),
    batches: "client",
    build: () => goProgram("client"),
  },
  {
    name: "go-worker",
    title: "github.com/contribsys/faktory_worker_go v1.7.0 (Go)",
    can: new Set(), // it pushes with the package above
    batches: "worker",
    buildExample: goExample,
    build: () => goProgram("worker"),
  },
  {
    name: "python-cdrx",
    title: "faktory 1.0.0, by cdrx (Python)",
    can: new Set(),
    build: () => pythonProgram("cdrx.py"),
    async findTlsObstacle() {
      if (await canPython("import ssl; ssl.wrap_socket")) return undefined;
      return "it calls ssl.wrap_socket, which Python has no more since 3.12";
    },
  },
  {
    name: "python-ghilesmeddour",
    title: "pyfaktory 0.2.13, by ghilesmeddour (Python)",
    can: new Set(["push-bulk", "info", "requeue"]),
    batches: "client",
    build: async () => ({ ...(await pythonProgram("ghilesmeddour.py")), forks: true }),
  },
  {
    name: "rust",
    title: "faktory 0.13.1 (Rust)",
    can: new Set(["push-bulk", "info", "requeue"]),
    batches: "client",
    build: rustProgram,
  },
];
