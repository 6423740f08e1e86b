import type { Io } from "lib/cli/io.ts";

/** A line for each item of work whose order something else decides. */
export interface Board {
  /** The item's work begins. */
  start(item: string): void;
  /** A note about an item that is under way. */
  say(item: string, note: string): void;
  /** The item is done with; `text` is the whole line that remains. */
  end(item: string, ok: boolean, text: string): void;
  /** Waits until everything is drawn. */
  close(): Promise<void>;
}

/** How progress is shown: a live list, one line an event, or one JSON object an event. */
export type ProgressStyle = "list" | "lines" | "jsonl";

/**
 * Opens a board on stderr.
 *
 * @param items What will be worked on, in the order of the list
 * @param style Default a live list on a terminal, and lines elsewhere
 */
export function openBoard(
  io: Io,
  items: readonly string[],
  style: ProgressStyle = io.isTerminal ? "list" : "lines",
): Promise<Board> {
  if (style === "list") return openList(items);
  return Promise.resolve(style === "jsonl" ? jsonLines(io) : plainLines(io));
}

function plainLines(io: Io): Board {
  return {
    start: (item) => io.err(`… ${item}`),
    say: (item, note) => io.err(`  ${item}: ${note}`),
    end: (_item, _ok, text) => io.err(text),
    close: () => Promise.resolve(),
  };
}

/** `{"time":"2026-11-23T10:00:00.000Z","event":"end","item":"…","ok":true,"text":"…"}` */
function jsonLines(io: Io): Board {
  const write = (event: "start" | "note" | "end", item: string, more: object = {}) =>
    io.err(JSON.stringify({ time: new Date().toISOString(), event, item, ...more }));
  return {
    start: (item) => write("start", item),
    say: (item, text) => write("note", item, { text }),
    end: (item, ok, text) => write("end", item, { ok, text }),
    close: () => Promise.resolve(),
  };
}

async function openList(items: readonly string[]): Promise<Board> {
  const { Listr } = await import("listr2");
  type Wrapper = { title: string; output: string };
  const work = new Map(items.map((item) => [item, {
    wrapper: undefined as Wrapper | undefined,
    ended: Promise.withResolvers<void>(),
  }]));
  const list = new Listr(
    items.map((item) => ({
      title: item,
      task: (_context: unknown, wrapper: Wrapper) => {
        work.get(item)!.wrapper = wrapper;
        return work.get(item)!.ended.promise;
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { showErrorMessage: false, collapseErrors: false },
    },
  );
  const running = list.run();
  // The list hands out its wrappers one turn later.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const wrapperOf = (item: string): Partial<Wrapper> => work.get(item)?.wrapper ?? {};
  return {
    start: (item) => wrapperOf(item).output = "running",
    say: (item, note) => wrapperOf(item).output = note,
    end(item, ok, text) {
      wrapperOf(item).title = text.replace(/^[✔✖-] /, "");
      const { resolve, reject } = work.get(item)!.ended;
      ok ? resolve() : reject(new Error(text));
    },
    async close() {
      for (const { ended } of work.values()) ended.resolve();
      await running;
    },
  };
}
