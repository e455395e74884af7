/**
 * Every limit of the wire, and where its number comes from.
 * What an operator may change is an option of the broker; these are the defaults.
 */

/** One command with its argument. Faktory has no limit; 20 MiB lines were seen to work there. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;

/** A line before HELLO is accepted: nobody has proved who they are, and the longest HELLO we know has 1 KiB. */
export const MAX_HELLO_BYTES = 64 * 1024;

/** From accept to a valid HELLO. FWP: 2 s. */
export const HANDSHAKE_MS = 2_000;

/** How long a FETCH that finds nothing waits before it answers nil. FWP: 2 s. */
export const FETCH_WAIT_MS = 2_000;

/** Queue names in one FETCH or QUEUE: each is a look-up in Redis while the script runs. */
export const MAX_QUEUES = 1_000;

/** How long a lease may last that is not renewed, in seconds, and how long it does by default. */
export const MIN_LEASE_SECONDS = 2;
export const MAX_LEASE_SECONDS = 3_600;
export const DEFAULT_LEASE_SECONDS = 30;

/** How long a job may be put off, in seconds: ten years, as far ahead as any retry. */
export const MAX_SNOOZE_SECONDS = 315_360_000;

/**
 * What may be kept of what came of a job, or so far, and of how it describes that: Redis holds it in
 * memory, and more is for a store of files.
 */
export const MAX_RESULT_BYTES = 64 * 1024;
export const MAX_DESC_BYTES = 64 * 1024;

/** For how long, in seconds: a month; and an hour when only a result is given. */
export const MAX_KEEP_SECONDS = 30 * 24 * 60 * 60;
export const DEFAULT_KEEP_SECONDS = 60 * 60;

/** Jobs in one page of JOB LIST, where nobody says, and at the most: as many as one command looks at. */
export const DEFAULT_LISTED_JOBS = 100;
export const MAX_LISTED_JOBS = 1_000;

/** Jobs that one BEAT may name: more than a process works on at once. */
export const MAX_BEAT_JOBS = 10_000;

/** A job may be expected to be silent for thirty days at the most, and then be taken for stalled. */
export const MAX_STALL_SECONDS = 30 * 24 * 60 * 60;

/** Jobs of one FETCHB: as many as are reserved by one call to Redis. */
export const MAX_FETCHED_JOBS = 100;

/** Nested arrays and objects in one JSON text, as in Faktory's decoder. */
export const MAX_JSON_DEPTH = 10_000;

/** Members of one JSON object whose members are looked at: 16 are FWP's, more are a client's own. */
export const MAX_JSON_MEMBERS = 10_000;

/**
 * Jobs in one PUSHB: twice what Faktory was seen to store of one before its time was up. While they
 * are being pushed each costs memory besides its text.
 */
export const MAX_JSON_ELEMENTS = 200_000;

/** A jid shorter than this is refused. FWP: 8 bytes of UTF-8. */
export const MIN_JID_BYTES = 8;

/** A jid or wid longer than this is refused: many are read at once, in every step of every task. */
export const MAX_ID_BYTES = 1_000;

/** A queue's name longer than this is refused: each of its jobs has it, and a FETCH up to 1,000 names. */
export const MAX_QUEUE_NAME_BYTES = 1_000;

/** FWP: a reservation lasts at least a minute; shorter wishes are raised to it when a job is fetched. */
export const MIN_RESERVE_SECONDS = 60;

/** FWP: a reservation lasts at most a day; PUSH refuses more. */
export const MAX_RESERVE_SECONDS = 86_400;

/** FWP: the reservation of a job that names none. */
export const DEFAULT_RESERVE_SECONDS = 1_800;

/** FWP: retries of a job that names none, about 21 days of back-off. */
export const DEFAULT_RETRY = 25;

/** Priorities, from the days when Faktory had them: 9 goes first. */
export const MIN_PRIORITY = 1;
export const DEFAULT_PRIORITY = 5;
export const MAX_PRIORITY = 9;

/** What is kept of a FAIL report. FWP: 100 and 1,000 bytes, 50 lines. */
export const MAX_ERRTYPE_BYTES = 100;
export const MAX_MESSAGE_BYTES = 1_000;
export const MAX_BACKTRACE_LINES = 50;

/** Tags of a job: each is a set that every step of the job keeps right. */
export const MAX_TAGS = 32;

/** A tag, which is a part of a key's name. */
export const MAX_TAG_BYTES = 255;

/** Why a job is called off, and by whom; each as long as the message of a failure. */
export const MAX_CANCEL_TEXT_BYTES = 1_000;

/** MUTATE's pattern. It is compared with whole jobs, a byte of theirs with each of its own if need be. */
export const MAX_PATTERN_CHARACTERS = 1_000;

/** How much of a bad argument is repeated in the error that refuses it. */
export const MAX_ECHO_CHARACTERS = 200;

/** Of a batch's key: as much as of a jid, which may be made of the same things. */
export const MAX_BATCH_KEY_BYTES = 1_000;

/** Of what a client keeps with a batch: as much as of a job's result. */
export const MAX_BATCH_META_BYTES = 65_536;

/** How many batches one waits for: each is looked at in the step that begins it. */
export const MAX_PREDECESSORS = 250;

/** A year: who means longer means never. */
export const MAX_BATCH_TIMEOUT_SECONDS = 31_536_000;
