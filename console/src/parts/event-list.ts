// SPDX-License-Identifier: Apache-2.0
// The events of a page: loaded by pages as one scrolls, and added at the front while tailing.
import { useCallback, useEffect, useRef, useState } from "react";
import type { EventRecord } from "../cairn";
import { isAbort } from "../errors";
import { useSession } from "../session";
import { type Filters, queryOf, searchOf } from "./event-filters";

const FIRST_PAGE = 50;
const NEXT_PAGE = 200; // whoever scrolls on wants more
const TAIL_KEPT = 5000; // in memory while tailing; the oldest go
const TAIL_WAIT_SECONDS = 20;
const RETRY_MS = 3000;

interface State {
  items: EventRecord[];
  nextToken?: string;
  isLoading: boolean;
  error?: unknown;
  isCut?: boolean;
}

export interface Events {
  items: EventRecord[];
  isLoading: boolean;
  hasMore: boolean;
  /** The oldest were let go while tailing, so that what would be loaded next does not follow any more. */
  isCut: boolean;
  error: unknown;
  reload: () => void;
  more: () => void;
  add: (events: EventRecord[]) => void;
  /** To be put where the list ends: more is loaded when it comes into view. */
  endRef: (element: HTMLElement | null) => void;
}

export function useEvents(filters: Filters): Events {
  const { cairn } = useSession();
  const key = queryOf(filters).toString();
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<State>({ items: [], isLoading: true });
  const request = useRef(searchOf(filters, 0));
  const abort = useRef<AbortController | null>(null);

  const load = useCallback(
    (token: string | undefined) => {
      abort.current?.abort();
      const current = new AbortController();
      abort.current = current;
      setState((old) => ({ items: token ? old.items : [], nextToken: old.nextToken, isLoading: true }));
      cairn
        .search({ ...request.current, MaxResults: token ? NEXT_PAGE : FIRST_PAGE, NextToken: token }, current.signal)
        .then((page) => {
          if (current.signal.aborted) return;
          setState((old) => ({
            items: token ? merged(old.items, page.Events) : page.Events,
            nextToken: old.isCut ? undefined : page.NextToken,
            isCut: old.isCut,
            isLoading: false,
          }));
        })
        .catch((error: unknown) => {
          if (!current.signal.aborted && !isAbort(error)) setState((old) => ({ ...old, isLoading: false, error }));
        });
    },
    [cairn],
  );
  useEffect(() => {
    request.current = searchOf(filters, Date.now());
    load(undefined);
    return () => abort.current?.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [load, key, turn]);

  const { nextToken, isLoading, error } = state;
  const more = useCallback(() => {
    if (nextToken && !isLoading) load(nextToken);
  }, [load, nextToken, isLoading]);
  const latestMore = useRef(more);
  latestMore.current = error ? () => undefined : more;
  const endRef = useEnd(latestMore);
  const reload = useCallback(() => setTurn((old) => old + 1), []);
  const add = useCallback((events: EventRecord[]) => {
    setState((old) => {
      const items = merged(events, old.items);
      const kept = Math.max(TAIL_KEPT, old.items.length);
      if (items.length <= kept) return { ...old, items };
      return { ...old, items: items.slice(0, kept), nextToken: undefined, isCut: true };
    });
  }, []);
  const hasMore = nextToken !== undefined;
  return { items: state.items, isLoading, hasMore, isCut: state.isCut === true, error, reload, more, add, endRef };
}

/** Both, in their order, each position once. */
function merged(first: EventRecord[], second: EventRecord[]): EventRecord[] {
  const known = new Set(first.map((event) => event.Position));
  return [...first, ...second.filter((event) => !known.has(event.Position))];
}

function useEnd(more: React.MutableRefObject<() => void>): (element: HTMLElement | null) => void {
  const observer = useRef<IntersectionObserver | null>(null);
  return useCallback(
    (element) => {
      observer.current?.disconnect();
      if (!element) return;
      observer.current = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more.current(), {
        rootMargin: "400px",
      });
      observer.current.observe(element);
    },
    [more],
  );
}

/** While it is on, what arrives is given to `add`, newest first. */
export function useTail(filters: Filters, isOn: boolean, add: (events: EventRecord[]) => void): { error: unknown } {
  const { cairn } = useSession();
  const [error, setError] = useState<unknown>(null);
  const key = queryOf(filters).toString();
  useEffect(() => {
    setError(null);
    if (!isOn) return;
    const abort = new AbortController();
    let position: number | undefined;
    let session: string | undefined;
    const run = async () => {
      while (!abort.signal.aborted) {
        try {
          const answer = await cairn.tail(
            {
              AfterPosition: position,
              SessionId: session,
              Filters: filters.tokens,
              Categories: filters.categories,
              WaitSeconds: position === undefined ? 0 : TAIL_WAIT_SECONDS,
            },
            abort.signal,
          );
          position = answer.Position;
          session = answer.SessionId;
          const { StartTime = 0, EndTime = Infinity } = searchOf(filters, Date.now());
          const wanted = answer.Events.filter(({ EventTime }) => EventTime >= StartTime && EventTime <= EndTime);
          if (wanted.length > 0) add(wanted.reverse());
          setError(null);
        } catch (fault) {
          if (isAbort(fault)) return;
          setError(fault);
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    };
    void run();
    return () => abort.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cairn, isOn, key, add]);
  return { error };
}
