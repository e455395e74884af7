import type { JobListEntry, JobListFilter } from "../../protocol/commands/job-list.ts";
import { CommandError } from "../../protocol/errors.ts";
import type { JobOutline } from "../../protocol/job-outline.ts";
import { JOB_STATES, type JobState } from "../../protocol/job-state.ts";
import type { ListedJob, Section, Store } from "../store/store.ts";
import { attemptOf } from "./catalogue.ts";
import { decodeCursor, encodeCursor } from "./job-cursor.ts";
import { groupOfTag } from "./job-group.ts";
import { unhurried } from "./unhurried.ts";

/**
 * One command looks at no more than this, however few of the jobs fit: who wants more asks again. A
 * thousand jobs are ten calls of the store, each of a millisecond or less.
 */
const MAX_LOOKED_AT = { jobs: 1_000, bytes: 8 * 2 ** 20 };

/** So much is asked of the store at once. */
const STEP = { jobs: 100, sections: 100 };

/** What a call counts for that finds little: a hundred sets may all be empty. */
const LEAST_A_CALL = 10;

/** A section that is no group. */
type SetSection = Extract<Section, { state: JobState }>;

/** What the text of a job tells of it; a long one is read elsewhere. */
type ReadOutline = (text: Buffer) => JobOutline | Promise<JobOutline>;

/**
 * Lists jobs page by page: by their states, within them by what orders these, queues by their names; those
 * with a tag by their names, first those that are to run or run. A job that stays where it is all the
 * while is listed exactly once. One that moves may be listed where it was, where it came to, at both places
 * or at neither.
 */
export class JobList {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** A page may be short, or empty, and have a cursor all the same: only without one it is the last. */
  async page(
    filter: JobListFilter,
    readOutline: ReadOutline,
  ): Promise<{ entries: JobListEntry[]; cursor?: string }> {
    const { count } = filter;
    const entries: JobListEntry[] = [];
    const lookedAt = { jobs: 0, bytes: 0 };
    let sections = await this.#sections(filter);
    while (sections.length > 0) {
      if (entries.length === count) break;
      if (lookedAt.jobs >= MAX_LOOKED_AT.jobs || lookedAt.bytes >= MAX_LOOKED_AT.bytes) break;
      const asked = sections.slice(0, STEP.sections);
      const wanted = isSelective(filter) ? STEP.jobs : count - entries.length;
      const limit = Math.min(wanted, STEP.jobs, MAX_LOOKED_AT.jobs - lookedAt.jobs);
      const { jobs, isEnd } = await this.#store.catalogue.read(asked, limit);
      lookedAt.jobs += Math.max(jobs.length, LEAST_A_CALL);
      let last: ListedJob | undefined;
      for await (const one of unhurried(jobs, bytesOf)) {
        if (entries.length === count) break;
        last = one;
        lookedAt.bytes += bytesOf(one);
        const entry = await findEntry(one, filter, readOutline);
        if (entry !== undefined) entries.push(entry);
      }
      const isAll = isEnd && last === jobs.at(-1);
      sections = isAll ? sections.slice(asked.length) : sectionsBehind(sections, last);
    }
    const [next] = sections;
    return next === undefined ? { entries } : { entries, cursor: encodeCursor(next) };
  }

  /** All that is to be gone through, from the cursor on. */
  async #sections({ state, queue, tag, cursor }: JobListFilter): Promise<Section[]> {
    const start = cursor === undefined ? undefined : decodeCursor(cursor);
    if (tag !== undefined) return [groupSection(tag, start)];
    const states = state === undefined ? JOB_STATES : [state];
    if (start !== undefined && "group" in start) throw cursorOfOthers();
    const isOther = start?.queue !== undefined && queue !== undefined && start.queue !== queue;
    if (isOther || (start !== undefined && !states.includes(start.state))) throw cursorOfOthers();
    const rest = start === undefined ? states : states.slice(states.indexOf(start.state));
    const sections: SetSection[] = [];
    for (const one of rest) {
      if (one !== "enqueued") sections.push({ state: one });
      else for (const name of await this.#queues(queue)) sections.push({ state: one, queue: name });
    }
    return start === undefined ? sections : startAt(sections, start);
  }

  async #queues(queue: string | undefined): Promise<string[]> {
    if (queue !== undefined) return [queue];
    return (await this.#store.queues.names()).toSorted();
  }
}

/** What has a tag is known, and so nothing else need be looked at. */
function groupSection(tag: string, start: Section | undefined): Section {
  const group = groupOfTag(tag);
  if (start === undefined) return { group };
  if (!("group" in start) || start.group !== group) throw cursorOfOthers();
  return start;
}

function cursorOfOthers(): CommandError {
  return new CommandError("invalid JOB LIST: the cursor is from a JOB LIST of other jobs");
}

/** Whether a job has to be looked at to know that it fits. */
function isSelective({ state, queue, jobtype, tag }: JobListFilter): boolean {
  const isByQueue = queue !== undefined && (state !== "enqueued" || tag !== undefined);
  return isByQueue || jobtype !== undefined || (tag !== undefined && state !== undefined);
}

/** The queue of the cursor may have gone since: then it goes on with the next. */
function startAt(sections: SetSection[], { state, queue = "", after }: SetSection): SetSection[] {
  const first = sections.findIndex(
    (one) => one.state !== state || one.queue === undefined || one.queue >= queue,
  );
  if (first === -1) return [];
  const rest = sections.slice(first);
  const [found] = rest;
  if (after === undefined || found?.state !== state || (found.queue ?? "") !== queue) return rest;
  return [{ ...found, after }, ...rest.slice(1)];
}

/** What is left when this job was the last that was looked at. */
function sectionsBehind(sections: Section[], last: ListedJob | undefined): Section[] {
  if (last === undefined) return sections;
  const [section, ...rest] = sections.slice(last.section);
  if (section === undefined) return rest;
  return [{ ...section, after: { score: last.score, jid: last.jid } }, ...rest];
}

function bytesOf({ job }: ListedJob): number {
  return job?.text.length ?? 0;
}

/** Undefined for a job that does not fit. */
async function findEntry(
  { jid, state, dueAt, job, unreadable = "" }: ListedJob,
  filter: JobListFilter,
  readOutline: ReadOutline,
): Promise<JobListEntry | undefined> {
  if (state === undefined || (filter.state !== undefined && state !== filter.state)) {
    return undefined;
  }
  const { queue, jobtype } = filter;
  if (job === undefined) {
    // Whether it fits nobody can tell.
    const isAny = queue === undefined && jobtype === undefined;
    return isAny ? { jid, state, unreadable } : undefined;
  }
  if (queue !== undefined && job.queue !== queue) return undefined;
  const { jobtype: ownType, tags } = await readOutline(job.text);
  if (jobtype !== undefined && ownType !== jobtype) return undefined;
  const { enqueuedAt } = job;
  const attempt = attemptOf(job);
  return { jid, state, queue: job.queue, jobtype: ownType, tags, attempt, dueAt, enqueuedAt };
}
